"""The node types, one a file: the file, the type and its tag in YAML have one name."""

from tandem.ivr.nodes.branch import Branch
from tandem.ivr.nodes.call import Call
from tandem.ivr.nodes.callback import Callback
from tandem.ivr.nodes.cancel import Cancel
from tandem.ivr.nodes.collect import Collect
from tandem.ivr.nodes.end import End
from tandem.ivr.nodes.form import Form
from tandem.ivr.nodes.hours import Hours
from tandem.ivr.nodes.link import Link
from tandem.ivr.nodes.lookup import Lookup
from tandem.ivr.nodes.menu import Menu
from tandem.ivr.nodes.notify import Notify
from tandem.ivr.nodes.queue import Queue
from tandem.ivr.nodes.say import Say
from tandem.ivr.nodes.set import Set
from tandem.ivr.nodes.snooze import Snooze
from tandem.ivr.nodes.split import Split
from tandem.ivr.nodes.survey import Survey
from tandem.ivr.nodes.transfer import Transfer
from tandem.ivr.nodes.voicemail import Voicemail

Node = (
    Branch
    | Call
    | Callback
    | Cancel
    | Collect
    | End
    | Form
    | Hours
    | Link
    | Lookup
    | Menu
    | Notify
    | Queue
    | Say
    | Set
    | Snooze
    | Split
    | Survey
    | Transfer
    | Voicemail
)
