"""What goes wrong with a request, as ``application/problem+json`` (RFC 9457) with a reason out of a closed list."""

from enum import StrEnum
from http import HTTPStatus

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from services.alert.api.metrics import ApiMetrics
from services.alert.errors import DecisionNotWrittenError, LedgerError
from shared.logging import logger

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = "5"


class Fault(StrEnum):
    """Why a request was not answered with what it asked for; the same words stand in answers, logs and metrics."""

    KEY_MISSING = "key_missing"
    KEY_WRONG = "key_wrong"
    KEY_REVOKED = "key_revoked"
    KEY_EXPIRED = "key_expired"
    RIGHT_MISSING = "right_missing"
    CROSS_SITE = "cross_site"
    TOO_MANY_REQUESTS = "too_many_requests"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    INVALID = "invalid"
    MALFORMED = "malformed"
    CURSOR_INVALID = "cursor_invalid"
    CURSOR_FOREIGN = "cursor_foreign"
    CURSOR_EXPIRED = "cursor_expired"
    CONFLICT = "conflict"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


STATUS_OF = {
    Fault.KEY_MISSING: 401,
    Fault.KEY_WRONG: 401,
    Fault.KEY_REVOKED: 401,
    Fault.KEY_EXPIRED: 401,
    Fault.RIGHT_MISSING: 403,
    Fault.CROSS_SITE: 403,
    Fault.TOO_MANY_REQUESTS: 429,
    Fault.NOT_FOUND: 404,
    Fault.METHOD_NOT_ALLOWED: 405,
    Fault.INVALID: 422,
    Fault.MALFORMED: 400,
    Fault.CURSOR_INVALID: 400,
    Fault.CURSOR_FOREIGN: 400,
    Fault.CURSOR_EXPIRED: 410,
    Fault.CONFLICT: 409,
    Fault.TOO_LARGE: 413,
    Fault.UNSUPPORTED_MEDIA_TYPE: 415,
    Fault.UNAVAILABLE: 503,
    Fault.INTERNAL: 500,
}
_FAULT_OF_STATUS = {
    400: Fault.MALFORMED,
    401: Fault.KEY_MISSING,
    403: Fault.RIGHT_MISSING,
    404: Fault.NOT_FOUND,
    405: Fault.METHOD_NOT_ALLOWED,
    413: Fault.TOO_LARGE,
    415: Fault.UNSUPPORTED_MEDIA_TYPE,
    429: Fault.TOO_MANY_REQUESTS,
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong: ``reason`` is one of a closed list, ``detail`` a sentence for people."""

    type: str
    title: str
    status: int
    reason: Fault
    detail: str


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(self, fault: Fault, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{fault.value}: {detail}")
        self.fault = fault
        self.detail = detail
        self.headers = headers or {}


def responses(*faults: Fault) -> dict[int, ResponseSpec]:
    """Return what the API's document says of these faults and of those that any request may meet."""
    always = (Fault.KEY_MISSING, Fault.RIGHT_MISSING, Fault.TOO_MANY_REQUESTS, Fault.INVALID, Fault.MALFORMED)
    later = (Fault.INTERNAL, Fault.UNAVAILABLE)
    found: dict[int, list[str]] = {}
    for fault in dict.fromkeys((*always, *faults, *later)):
        found.setdefault(STATUS_OF[fault], []).append(fault.value)
    return {
        status: ResponseSpec(Problem, generate_examples=False, description=" or ".join(words), media_type=MEDIA_TYPE)
        for status, words in sorted(found.items())
    }


def as_problem(error: Exception) -> ProblemError:
    """Return any error of a request as a problem; what is ours stays untold."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, LedgerError):
        logger().error("request.failed", reason=str(error))
        return ProblemError(
            Fault.UNAVAILABLE, "the database does not answer; try again soon", headers={"Retry-After": _RETRY_SECONDS}
        )
    if isinstance(error, DecisionNotWrittenError):
        logger().error("decision.not_written", reason=str(error))
        return ProblemError(
            Fault.UNAVAILABLE,
            "Kafka did not confirm the decision; look at the incident before you decide again",
            headers={"Retry-After": _RETRY_SECONDS},
        )
    if isinstance(error, ValidationException):
        return ProblemError(Fault.INVALID, _sentence(error))
    if isinstance(error, HTTPException) and error.status_code in _FAULT_OF_STATUS:
        fault = _FAULT_OF_STATUS[error.status_code]
        return ProblemError(fault, _detail(fault, error), headers=error.headers)
    logger().error("request.broken", error_type=type(error).__name__, reason=str(error)[:300])
    return ProblemError(Fault.INTERNAL, "the server could not answer; the operator's log says why")


def answer_of(problem: ProblemError, metrics: ApiMetrics) -> Response[Problem]:
    """Return the answer, counted."""
    metrics.refused.labels(problem.fault.value).inc()
    status = STATUS_OF[problem.fault]
    headers = dict(problem.headers)
    if status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="tocsin"')
    return Response(
        Problem(
            type=f"urn:tocsin:problem:{problem.fault.value}",
            title=HTTPStatus(status).phrase,
            status=status,
            reason=problem.fault,
            detail=problem.detail,
        ),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def handle(request: Request[object, object, State], error: Exception) -> Response[Problem]:
    """Answer for the API."""
    return answer_of(as_problem(error), request.app.state.parts.metrics)


def _sentence(error: ValidationException) -> str:
    said = error.extra if isinstance(error.extra, list) else []
    told = [f"{one.get('key') or 'the request'}: {one.get('message')}" for one in said if isinstance(one, dict)]
    return "; ".join(told)[:500] or "the request is not as the document of the API has it"


def _detail(fault: Fault, error: HTTPException) -> str:
    if fault is Fault.NOT_FOUND:
        return "there is nothing at this address; /v1/openapi.json tells what there is"
    if fault is Fault.METHOD_NOT_ALLOWED:
        return "this address does not take that method; /v1/openapi.json tells which it takes"
    if fault is Fault.TOO_LARGE:
        return "the body is larger than TOCSIN_ALERT_API_MAX_BODY_BYTES allows"
    return str(error.detail)[:300]
