"""How sure the order of gaps is, and which assumption moves it most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from concord.core.analysis.coverage import Run
from concord.core.analysis.gaps import Model, assumed, central
from concord.core.analysis.influence import agreement, indices, places, sample
from concord.core.analysis.needs import MarginError
from concord.register.assumptions import assumptions_if
from concord.studies.gaps import (
    GapsQuestion,
    gaps_tables,
    inputs_of,
    regions_shown,
    states_of_region,
    states_shown,
)
from concord.studies.study import Context, Study, register_study

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FIRST_FEW = 5
"""How many of the largest gaps a topic is said to be among."""


class InfluenceQuestion(GapsQuestion):
    """How many runs; more give narrower intervals."""

    base: int = Field(default=8192, ge=64, le=16384, description="Base samples, a power of two")
    resamples: int = Field(default=1000, ge=50, le=2000, description="Bootstrap resamples")

    @field_validator("base")
    @classmethod
    def _power_of_two(cls, value: int) -> int:
        if value & (value - 1):
            message = "a power of two is expected"
            raise ValueError(message)
        return value


def _compute(run: Run, question: InfluenceQuestion, context: Context) -> dict[str, Any]:
    known = assumptions_if(question.assume)
    regions = regions_shown(context.tables, context.open_states)
    of_region = states_of_region(context.tables, question.region)
    inputs = inputs_of(run, question, sorted({*of_region, *context.open_states}))
    shown = states_shown(question.model_copy(update={"state": None}), context, inputs)
    own = [question.state] if question.state in shown else sorted(context.own_states)
    states = own or (of_region if question.region in regions else [])
    model = Model(inputs)
    asked = assumed(known, inputs.profiles)
    ranged = [one for one in asked if one.is_ranged]
    result: dict[str, Any] = {
        "of": _whose(question, own, states),
        "states": own,
        "shown": shown,
        "region": question.region,
        "keys": [one.key for one in ranged],
        "topics": [],
        "order": None,
        "fault": None,
    }
    if not states:
        return result

    def gaps(values: Mapping[str, Floats]) -> Floats:
        return model.topic_gaps(values, states)

    try:
        usual = gaps(central(asked))[0]

        def outputs(values: Mapping[str, Floats]) -> Floats:
            import numpy as np

            found = gaps(values)
            return np.column_stack([found, agreement(found, usual)])

        sampled = sample(
            outputs, asked, base=question.base, seed=question.seed,
            told=lambda share: context.told(round(share * 0.9)),
        )  # fmt: skip
    except MarginError as error:
        return result | {"fault": {"margin": error.margin, "distance": error.distance}}
    found = indices(sampled, resamples=question.resamples, seed=question.seed)
    at = places(sampled.of_a[:, :-1])
    lines = [_line(found, number) for number in range(len(model.topics) + 1)]
    topics = [
        {"topic": topic, "gap": float(round(usual[n])), **_place(at[:, n]), **lines[n]}
        for n, topic in enumerate(model.topics)
    ]
    order = {"agreement": _percentiles(sampled.of_a[:, -1]), **lines[-1]}
    return result | {"topics": topics, "order": order}


def _whose(question: InfluenceQuestion, own: list[Any], states: list[Any]) -> str | None:
    """Of whom the result is: one State that is asked for, the viewer's own, or a region."""
    if own:
        return "state" if question.state in own else "own"
    return "region" if states else None


def _line(found: Any, number: int) -> dict[str, Any]:
    return {
        name: [_plain(v) for v in getattr(found, name)[number].tolist()]
        for name in ("first", "total", "first_interval", "total_interval")
    }


def _plain(value: Any) -> Any:
    """Numbers to four digits, and None for what is undefined."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if value != value else round(value, 4)  # noqa: PLR0124 - not a number


def _place(at: Floats) -> dict[str, Any]:
    return {"place": _percentiles(at), "among_first": round(float((at <= FIRST_FEW).mean()), 3)}


def _percentiles(values: Floats) -> list[float]:
    import numpy as np

    return [round(float(v), 3) for v in np.percentile(values, (5, 50, 95))]


register_study(
    Study("influence", InfluenceQuestion, gaps_tables, _compute, version=2, is_long=True)
)
