from loyalty.models.adjustment_request import AdjustmentRequest
from loyalty.models.hold import Hold
from loyalty.models.lot import Lot, LotUse
from loyalty.models.member import Member
from loyalty.models.programme import Programme
from loyalty.models.transaction import Bucket, Movement, Transaction
from loyalty.models.wallet import Wallet

__all__ = [
    "AdjustmentRequest",
    "Bucket",
    "Hold",
    "Lot",
    "LotUse",
    "Member",
    "Movement",
    "Programme",
    "Transaction",
    "Wallet",
]
