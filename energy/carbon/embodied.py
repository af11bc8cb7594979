"""Scope 3, making of machines and building: M = Σ assets TE x Δt/lifetime x share, low, mid and high."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Literal

from energy.carbon.factor_register import Register
from energy.carbon.grid_books import used
from energy.carbon.quanta import quanta_from_mg, rounded, share_out
from energy.carbon.reserved import Reservations
from energy.carbon.statement import Book, BookName, FactorUse, Remark
from energy.interval import Period
from energy.readings.names import RESIDUAL
from infra.inventory.carbon import Asset
from infra.inventory.compute import MIG_SLICES
from infra.inventory.errors import N_
from infra.inventory.site import Site

Bound = Literal["low", "value", "high"]
BOOK_OF: dict[Bound, BookName] = {"low": BookName.EMBODIED_LOW, "value": BookName.EMBODIED_MID,
                                  "high": BookName.EMBODIED_HIGH}
_YEAR_S = 365.25 * 86_400
_MG_PER_KG = 1_000_000


def embodied_books(site: Site, reservations: Reservations, register: Register) -> dict[BookName, Book]:
    """Return the three books. Without any asset they are blank, with the reason.

    GPUs go by boards (slices: g/7), memory by bytes, storage by bytes, the rest of a node by cores; plant and building
    by reserved power. What nobody reserved is `_free`'s. Raises MissingDataError for an unknown factor.
    """
    if not site.carbon.assets:
        why = Remark(N_("the site file lists no asset: embodied carbon is not known"))
        return {name: Book(name, {}, 0, blank=why) for name in BOOK_OF.values()}
    return {name: _book(site, reservations, register, bound, name) for bound, name in BOOK_OF.items()}


def _book(site: Site, reservations: Reservations, register: Register, bound: Bound, name: BookName) -> Book:
    lines: dict[str, int] = {}
    total = 0
    uses: dict[str, FactorUse] = {}
    for asset_id, asset in site.carbon.assets.items():
        amount_mg = fallen_mg(asset, made_mg(asset_id, asset, register, bound), reservations.period, site)
        total += quanta_from_mg(amount_mg)
        shares = share_out(amount_mg, _weights(site, asset, reservations)) or {RESIDUAL: amount_mg}
        for line, share_mg in shares.items():
            lines[line] = lines.get(line, 0) + quanta_from_mg(share_mg)
        use = _stated(asset_id, asset) or used(register.by_id(asset.factor, f"carbon.assets.{asset_id}.factor"))
        uses[use.id] = use
    return Book(name, lines, total, tuple(uses.values()))


def made_mg(asset_id: str, asset: Asset, register: Register, bound: Bound) -> int:
    """Return what making all of an asset emitted [mg], at one bound of its range."""
    if asset.kgco2e is not None:
        one = getattr(asset.kgco2e, {"low": "low", "value": "mid", "high": "high"}[bound])
        return asset.count * rounded(Fraction(str(one)) * _MG_PER_KG)
    return asset.count * register.by_id(asset.factor, f"carbon.assets.{asset_id}.factor").in_mg(bound)


def fallen_mg(asset: Asset, amount_mg: int, period: Period, site: Site) -> int:
    """Return the part [mg] that falls in a period: in a straight line over the lifetime, so that days add up to months.

    Retired before its time, an asset lets all that is left fall at that moment.
    """
    return (_fallen_until(asset, amount_mg, period.end, site) - _fallen_until(asset, amount_mg, period.start, site))


def _fallen_until(asset: Asset, amount_mg: int, moment: datetime, site: Site) -> int:
    if asset.retired and moment > _midnight(asset.retired, site):
        return amount_mg
    age_s = int((moment - _midnight(asset.in_service, site)).total_seconds())
    lifetime_s = round(asset.lifetime_years * _YEAR_S)
    return amount_mg * min(max(age_s, 0), lifetime_s) // lifetime_s


def _midnight(day: date, site: Site) -> datetime:
    return datetime.combine(day, time(), site.zone_info).astimezone(UTC)


def _weights(site: Site, asset: Asset, reservations: Reservations) -> Mapping[str, int]:
    if asset.kind == "memory":
        return reservations.memory
    if asset.kind == "storage":
        return reservations.storage
    if asset.kind in ("server", "gpu") and asset.node:
        return (reservations.cpu if asset.kind == "server" else reservations.gpu)[asset.node]
    nodes = [name for name in site.nodes if asset.zone in (None, site.zone_of(name))]
    return reserved_power(site, reservations, nodes)


def reserved_power(site: Site, reservations: Reservations, nodes: list[str]) -> dict[str, int]:
    """Return what each account reserved of the nodes' nameplate, in one same unit of energy (mW·s / 7000)."""
    found: dict[str, int] = {}
    for name in nodes:
        node = site.nodes[name]
        boards_w = sum(gpu.count * gpu.nameplate_w for gpu in node.gpus)
        core_mw = round(1000 * max(0.0, node.power.nameplate_w - boards_w) / node.cpu_cores)
        board_mw = round(1000 * boards_w / node.gpu_count) if node.gpu_count else 0
        for amounts, unit in ((reservations.cpu[name], core_mw * MIG_SLICES), (reservations.gpu[name], board_mw)):
            for account, amount in amounts.items():
                found[account] = found.get(account, 0) + amount * unit
    return found


def _stated(asset_id: str, asset: Asset) -> FactorUse | None:
    if asset.kgco2e is None:
        return None
    return FactorUse(asset_id, "kgCO2e", asset.kgco2e.mid, "site file, carbon.assets", "-", "scope 3 category 2", "-",
                     verified=False)
