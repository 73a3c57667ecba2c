"""What can be wrong with a webhook."""

from collections.abc import Iterator
from urllib.parse import unquote

from tandem.control.centre.findings import Path, Remark
from tandem.control.centre.form import Form
from tandem.control.centre.services import NAME
from tandem.ivr.problems import suggestion


def webhook_mistakes(form: Form) -> Iterator[Remark]:
    """Each mistake, with its place and a way out."""
    for name, webhook in form.webhooks.items():
        path: Path = ("webhooks", name)
        service = form.services.get(webhook.service)
        if not NAME.fullmatch(name):
            yield Remark(path, "is no name for a webhook", "letters, digits, _ and - are")
        if service is None:
            way_out = suggestion(webhook.service, form.services)
            yield Remark((*path, "service"), f"there is no service {webhook.service!r}", way_out)
        elif not service.signed_with:
            what = f"the service {webhook.service} has no signed_with"
            yield Remark((*path, "service"), what, "name the secret there that events are signed with")
        if ".." in unquote(webhook.path).split("/"):
            yield Remark((*path, "path"), "leads out of the service's address", "write it without ..")
        for number, queue in enumerate(webhook.queues):
            if queue not in form.queues:
                yield Remark((*path, "queues", number), f"there is no queue {queue!r}", suggestion(queue, form.queues))
