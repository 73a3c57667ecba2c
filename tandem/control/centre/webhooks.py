"""What can be wrong with a webhook."""

from collections.abc import Iterator
from urllib.parse import unquote

from tandem.control.centre.findings import Path, Remark
from tandem.control.centre.form import Form
from tandem.control.centre.services import NAME
from tandem.ivr.problems import suggestion
from tandem.said import said


def webhook_mistakes(form: Form) -> Iterator[Remark]:
    """Each mistake, with its place and a way out."""
    for name, webhook in form.webhooks.items():
        path: Path = ("webhooks", name)
        service = form.services.get(webhook.service)
        if not NAME.fullmatch(name):
            yield Remark(path, said("is no name for a webhook"), said("letters, digits, _ and - are"))
        if service is None:
            way_out = suggestion(webhook.service, form.services)
            yield Remark((*path, "service"), said("there is no service {service!r}", service=webhook.service), way_out)
        elif not service.signed_with:
            what = said("the service {service} has no signed_with", service=webhook.service)
            yield Remark((*path, "service"), what, said("name the secret there that events are signed with"))
        if ".." in unquote(webhook.path).split("/"):
            yield Remark((*path, "path"), said("leads out of the service's address"), said("write it without .."))
        for number, queue in enumerate(webhook.queues):
            if queue not in form.queues:
                what = said("there is no queue {queue!r}", queue=queue)
                yield Remark((*path, "queues", number), what, suggestion(queue, form.queues))
