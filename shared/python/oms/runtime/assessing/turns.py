"""A run of the assessment, `<assessment>-<retry>`, and its place among all runs of the order."""

_RETRIES = 100
"""More than an assessment is ever repeated."""


def turn(run: str) -> int:
    """Grows from one run to the next: what a later run has done, an earlier one must not undo."""
    assessment, retry = _parts(run)
    return assessment * _RETRIES + retry


def assessment_of(run: str) -> int:
    return _parts(run)[0]


def _parts(run: str) -> tuple[int, int]:
    assessment, _, retry = run.partition("-")
    return int(assessment), int(retry)
