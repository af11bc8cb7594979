"""How an answer is shown: in the reader's words, or whole for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ops_cli.i18n import N_, _
from ops_cli.output import print_json, print_rows, result_console

if TYPE_CHECKING:
    from tenancy.answer import Answer

VERDICTS = {"Granted": N_("granted"), "Refused": N_("refused"), "Pending": N_("waiting for an answer")}


def language() -> str:
    """Return the language of the messages, `fr` or `en`: the catalogue itself says which it is."""
    return _("language: en").removeprefix("language: ")


def print_answer(answer: Answer, output: str, manifests: Sequence[dict[str, Any]] = ()) -> None:
    """Print the answer; `manifests` are the objects that a trial would make."""
    if output == "json":
        print_json({**answer_row(answer), "reasons": list(answer.reasons), "alternative": answer.alternative,
                    **({"manifests": list(manifests)} if manifests else {})})
    elif output == "csv":
        row = answer_row(answer)
        print_rows([row], {key: key for key in row}, output)
    else:
        _print_text(answer, manifests)


def answer_row(answer: Answer) -> dict[str, Any]:
    """Return the answer's figures on one line."""
    return {"request": answer.request, "tenant": answer.tenant, "name": answer.name, "decision": answer.verdict,
            "rule": answer.rule, "namespace": answer.namespace, "ready": answer.ready,
            "reason": " ".join(answer.texts(language()))}


def refuse(answer: Answer, purpose: str) -> None:
    """Raise RefusedError for a refused request, with the command that would be granted."""
    from tenancy.errors import RefusedError

    if not answer.refused:
        return
    rules = ", ".join(str(reason["rule"]) for reason in answer.reasons)
    command = answer.command(purpose)
    remedy = N_("this would be granted as things stand: {command}") if command else N_("follow what the reason says")
    raise RefusedError(N_("the request is refused by the rule {rules}"), rules=rules, remedy=remedy, command=command)


def _print_text(answer: Answer, manifests: Sequence[dict[str, Any]]) -> None:
    console = result_console()
    colour = {"Granted": "green", "Refused": "red"}.get(answer.verdict, "yellow")
    name = answer.namespace or f"{answer.tenant}-{answer.name}"
    console.print(f"[bold]{name}[/bold]: [bold {colour}]{_(VERDICTS[answer.verdict])}[/]", highlight=False)
    for reason, text in zip(answer.reasons, answer.texts(language()), strict=True):
        console.print(f"  {reason['rule']}: {text}", markup=False)
    if answer.alternative:
        quota = ", ".join(f"{key} {value}" for key, value in answer.offered().items())
        console.print("  " + _("You could ask for: {name}, {quota}").format(
            name=answer.alternative["name"], quota=quota), markup=False)
    if answer.ready:
        console.print("  " + _("Ready: kubectl --namespace {namespace} get all").format(namespace=name), markup=False)
    if manifests:
        console.print("  " + _("Would be made:"))
        for manifest in manifests:
            console.print(f"    {manifest['kind']} {manifest['metadata']['name']}", markup=False)
