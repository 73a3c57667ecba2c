"""The models of the oracle cases, each built on the production router."""

from tandem.sim.families.blend import blend
from tandem.sim.families.chat import chat
from tandem.sim.families.classes import ageing, head_start, priority
from tandem.sim.families.erlang import erlang_a, erlang_c, erlang_k
from tandem.sim.families.idleness import idleness
from tandem.sim.families.limits import garnett, halfin_whitt
from tandem.sim.families.n_system import n_system
from tandem.sim.families.prediction import wait_prediction
from tandem.sim.families.skills import skills_longest_wait, skills_own_first
from tandem.sim.model import Family

FAMILIES: dict[str, Family] = {
    family.__name__: family
    for family in (
        ageing,
        blend,
        chat,
        erlang_a,
        erlang_c,
        erlang_k,
        garnett,
        halfin_whitt,
        head_start,
        idleness,
        n_system,
        priority,
        skills_longest_wait,
        skills_own_first,
        wait_prediction,
    )
}
"""By the `family` of a case."""
