"""What can happen at the desk. Each file states facts of one part; all are imported here, and found on start."""

from support.facts.returns import (
    ReturnAgreed,
    ReturnAskedFor,
    ReturnMoneyBack,
    ReturnRefused,
    ReturnWithdrawn,
)

__all__ = ["ReturnAgreed", "ReturnAskedFor", "ReturnMoneyBack", "ReturnRefused", "ReturnWithdrawn"]
