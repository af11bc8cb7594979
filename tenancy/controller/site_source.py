"""The site as its file says now: a convention that was amended counts from the next decision on."""

from __future__ import annotations

from pathlib import Path

from infra.inventory.load import load_site
from infra.inventory.site import Site


class SiteSource:
    """Gives the site, read again when its file changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._site: Site | None = None

    def current(self) -> Site:
        """Return the site. Raises InventoryError when the file can't be used: then nothing may be decided."""
        facts = self._path.stat()
        seen = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        if self._site is None or seen != self._seen:
            self._site = load_site(self._path)
            self._seen = seen
        return self._site
