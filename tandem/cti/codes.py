"""Every code that a request may be refused with, by the status of HTTP: a test holds them against the sources. The
plane's reasons against a verb stand in `refusals` only."""

from collections.abc import Mapping

from tandem.cti.refusals import REASONS

CODES: Mapping[int, frozenset[str]] = {
    status: frozenset(codes.split()) | {code for code, (by, _) in REASONS.items() if by == status}
    for status, codes in {
        400: """bad_answer bad_by bad_identity bad_json bad_message bad_protocol bad_query bad_range bad_reason
            bad_seconds nothing_to_look_for refused unknown_figure unknown_reason""",
        401: "unauthorized unknown_chat wrong",
        403: "bad_csrf change_password not_allowed not_on_desk not_yours unknown_origin wrong",
        404: """no_browser_phone no_draft no_flow no_prompt no_session no_version not_found unknown_chat
            unknown_customer unknown_file unknown_flow unknown_guide unknown_identity unknown_join unknown_link
            unknown_loan unknown_mail unknown_proposal unknown_recording unknown_user unknown_verb unknown_webhook""",
        405: "method_not_allowed",
        408: "too_slow",
        409: """agent_taken already_applied at_work joined_later last_admin merged no_chat no_comparison
            no_version_before not_now not_on_trial not_provisioned not_recorded not_running nothing_asked on_trial over
            recorded same_customer stale store taken too_many_files undone watching""",
        412: "changed changed_meanwhile no_version",
        413: "too_big",
        415: "bad_type not_json",
        416: "bad_range",
        421: "unknown_host",
        422: """bad_columns bad_given bad_identity bad_password bad_queue centre infected not_right nothing
            unknown_agent unreadable""",
        428: "no_version_named",
        429: "too_fast too_many too_often",
        503: "busy recording_kept records_behind unavailable",
    }.items()
}
ALL = frozenset().union(*CODES.values())
