"""Choose the metric by which the runs of an experiment are compared, and its direction.

The user's rules win; otherwise the metric is chosen by the words in its name. If no name is known, runs are not
compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from achievement_pipeline.judging.rules.mlflow import MetricRule
from achievement_pipeline.parsing.patterns import compile_pattern

_HUMP = compile_pattern(r"(?<=[a-z])(?=[A-Z])")
_BETWEEN_WORDS = compile_pattern(r"[^a-z0-9]+")
_HIGHER = (
    "auc", "auroc", "auprc", "f1", "accuracy", "acc", "r2", "ndcg", "map", "mrr", "bleu", "rouge", "iou", "miou",
    "dice", "mcc", "kappa", "precision", "recall", "psnr", "ssim", "reward", "score",
)  # fmt: skip
_LOWER = (
    "rmse", "mae", "mape", "smape", "mse", "logloss", "perplexity", "ppl", "wer", "cer", "fid", "brier", "loss",
    "error", "err",
)  # fmt: skip
"""Words in metric names, best indicators of quality first. These are common names in scikit-learn, Keras, PyTorch
Lightning, torchmetrics and Hugging Face's evaluate."""

_PREFERENCE = {word: position for position, word in enumerate((*_HIGHER, *_LOWER))}
_HELD_OUT = frozenset({"val", "valid", "validation", "test", "eval", "dev", "holdout", "oof", "cv"})
_TRAINING = frozenset({"train", "training", "fit"})


class Comparison(NamedTuple):
    """A metric and its direction."""

    metric: str
    better: Literal["higher", "lower"]


def choose_comparison(experiment: str, metrics: Iterable[str], rules: Iterable[MetricRule]) -> Comparison | None:
    """Choose the metric by which to compare the runs of an experiment; None if no name is known.

    Metrics of held-out data come first, those of training data last, then the best indicators of quality. The result
    does not depend on the order of metrics.
    """
    for rule in rules:
        if fnmatchcase(experiment, rule.experiment):
            return Comparison(rule.metric, rule.better)
    known = [(rank, name, better) for name in metrics if (found := _read(name)) for rank, better in [found]]
    if not known:
        return None
    _, name, better = min(known)
    return Comparison(name, better)


def _read(name: str) -> tuple[tuple[int, int], Literal["higher", "lower"]] | None:
    """Return the rank of a metric's name (lowest is best) and its direction; None if unknown or ambiguous."""
    apart = _HUMP.sub("_", name).lower()
    words = [word for word in _BETWEEN_WORDS.split(apart) if word]
    telling = [word for word in words if word in _PREFERENCE]
    if not telling or len({word in _HIGHER for word in telling}) > 1:
        return None
    better: Literal["higher", "lower"] = "higher" if telling[0] in _HIGHER else "lower"
    held_out, training = not _HELD_OUT.isdisjoint(words), not _TRAINING.isdisjoint(words)
    return (1 - held_out + training, min(_PREFERENCE[word] for word in telling)), better
