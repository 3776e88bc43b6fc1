"""What makes a cause found by asking why, or sorted by family, one that can be acted on."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.actions.analysis.errors import (
    CauseNeedsProof,
    NotInTheScheme,
    NotReadBack,
    NotTheLast,
    TooFewWhys,
    TooManyWhys,
    WhyOfNothing,
)
from services.actions.analysis.schemas import (
    FAMILIES,
    Cause,
    CauseStatus,
    FiveWhysIn,
    IshikawaIn,
    Why,
)
from services.actions.causes import require_root_cause

FEWEST: Final = 3
MOST: Final = 7


def root_of_whys(data: FiveWhysIn) -> str:
    """The causes that were confirmed; nothing while none is."""
    depths = _depths(data.whys)
    explained = {why.of for why in data.whys}
    for number, why in enumerate(data.whys, 1):
        if depths[number] > MOST:
            raise TooManyWhys(cause=why.because, most=MOST)
        _require_proof(why.because, why.status, why.proof)
        if why.status is CauseStatus.CONFIRMED and number in explained:
            raise NotTheLast(cause=why.because)
        if why.status is CauseStatus.CONFIRMED and depths[number] < FEWEST:
            raise TooFewWhys(cause=why.because, count=depths[number], least=FEWEST)
    confirmed = [why.because for why in data.whys if why.status is CauseStatus.CONFIRMED]
    if confirmed and not data.reads_back:
        raise NotReadBack(cause=confirmed[0])
    return _together(confirmed)


def root_of_families(data: IshikawaIn) -> str:
    for cause in data.causes:
        if cause.family not in FAMILIES[data.scheme]:
            raise NotInTheScheme(cause=cause.cause, scheme=data.scheme)
        _require_proof(cause.cause, cause.status, cause.proof)
    return _together([cause.cause for cause in _confirmed(data.causes)])


def _depths(whys: Sequence[Why]) -> dict[int, int]:
    """How many whys lie between the problem and each answer, itself counted."""
    depths: dict[int, int] = {}
    for number, why in enumerate(whys, 1):
        if why.of is not None and why.of not in depths:
            raise WhyOfNothing(number=number)
        depths[number] = 1 if why.of is None else depths[why.of] + 1
    return depths


def _confirmed(causes: Sequence[Cause]) -> Iterator[Cause]:
    return (cause for cause in causes if cause.status is CauseStatus.CONFIRMED)


def _require_proof(cause: str, status: CauseStatus, proof: str) -> None:
    if status is not CauseStatus.POSSIBLE and not proof:
        raise CauseNeedsProof(cause=cause)


def _together(causes: Sequence[str]) -> str:
    for cause in causes:
        require_root_cause(cause)
    return "\n".join(causes)
