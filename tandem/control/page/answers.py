"""What a flow wants of a service's answer, for who asks the service."""

from tandem.ivr.json_path import NotFoundError as NotFoundError
from tandem.ivr.json_path import extract as extract
from tandem.ivr.values import Value as Value
