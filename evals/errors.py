"""What can go wrong in evals. Each message is one line that says what happened, then the fix.

EvalError
├── GoldError       a gold file with a bad line, or with a reference that the index does not hold
└── RunError        a run file that cannot be read, compared or resumed
"""


class EvalError(Exception):
    """The base of all errors that evals raises on purpose."""


class GoldError(EvalError):
    """A gold file that cannot be used."""


class RunError(EvalError):
    """A run that cannot be used."""
