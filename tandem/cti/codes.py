"""Every code that a request may be refused with, by the status of HTTP: a test holds them against the sources."""

from collections.abc import Mapping

CODES: Mapping[int, frozenset[str]] = {
    status: frozenset(codes.split())
    for status, codes in {
        400: """bad_answer bad_by bad_identity bad_json bad_message bad_number bad_query bad_reason bad_seconds
            nothing_to_look_for refused unknown_reason""",
        401: "unauthorized wrong",
        403: """bad_csrf change_password not_allowed not_on_desk not_yours unknown_origin wrong""",
        404: """no_draft no_flow no_session no_version not_found unknown_agent unknown_contact unknown_customer
            unknown_flow unknown_guide unknown_identity unknown_join unknown_link unknown_mail unknown_user
            unknown_verb""",
        405: "method_not_allowed",
        409: """agent_taken at_work joined_later last_admin merged no_chat no_comparison no_version_before not_in_talk
            not_on_trial not_running nothing_asked on_trial same_customer stale store taken undone watching""",
        412: "changed changed_meanwhile no_version",
        413: "too_big",
        415: "not_json",
        421: "unknown_host",
        422: """bad_columns bad_identity bad_password bad_queue centre not_right nothing unknown_agent unreadable""",
        428: "no_version_named",
        429: "too_often",
        503: "busy records_behind recording_kept unavailable",
    }.items()
}
ALL = frozenset().union(*CODES.values())
