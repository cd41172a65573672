"""Means with bootstrap intervals, alone and paired: numbers in, an Estimate out, the same for the same numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import bootstrap

from evals.types import Estimate

RESAMPLES = 2_000
SEED = 20060526
CONFIDENCE = 0.95


def estimate(values: Sequence[float]) -> Estimate:
    """The mean with its 95 % percentile bootstrap interval (Efron and Tibshirani 1993), over cases."""
    if not values:
        return Estimate(None, None, None, 0)
    mean = round(float(np.mean(values)), 6)
    if len(set(values)) == 1:
        return Estimate(mean, mean, mean, len(values))
    interval = bootstrap(
        (np.asarray(values, dtype=np.float64),),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Estimate(mean, round(float(interval.low), 6), round(float(interval.high), 6), len(values))


def paired_difference(before: Sequence[float], after: Sequence[float]) -> Estimate:
    """The mean of `after - before` over the same cases, with its interval."""
    return estimate([new - old for old, new in zip(before, after, strict=True)])
