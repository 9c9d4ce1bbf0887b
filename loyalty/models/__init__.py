from loyalty.models.adjustment_request import AdjustmentRequest
from loyalty.models.amended_earning import AmendedEarning
from loyalty.models.budget import Budget, BudgetPeriod, BudgetUse
from loyalty.models.card import Card, CardBatch, CardLink
from loyalty.models.cart_code import CartCode, CartCodeState
from loyalty.models.coupon import Coupon, CouponBatch, CouponPool, CouponUse
from loyalty.models.gift import GiftGrant, GiftRule
from loyalty.models.goodwill import GoodwillCoupon
from loyalty.models.hold import Hold
from loyalty.models.joining_request import JoiningRequest
from loyalty.models.lot import Lot, LotUse
from loyalty.models.member import Member
from loyalty.models.points_cohort import PointsCohort
from loyalty.models.programme import Programme
from loyalty.models.proof import Proof
from loyalty.models.qualifying_month import QualifyingMonth
from loyalty.models.referral import Referral, ReferralCode, ReferralTerms
from loyalty.models.replay import Replay, ReplayShare, RuleDraft
from loyalty.models.reward import Redemption, Reward
from loyalty.models.reward_quota import RewardQuota
from loyalty.models.rule import Rule, RuleUse, RuleVersion
from loyalty.models.rule_terms import RuleTerms
from loyalty.models.tier import MemberTier, Tier, TierPrivilege
from loyalty.models.till_device import TillDevice
from loyalty.models.till_operation import TillOperation
from loyalty.models.till_terms import TillTerms
from loyalty.models.transaction import Bucket, Movement, Transaction
from loyalty.models.wallet import Wallet

__all__ = [
    "AdjustmentRequest",
    "AmendedEarning",
    "Bucket",
    "Budget",
    "BudgetPeriod",
    "BudgetUse",
    "Card",
    "CardBatch",
    "CardLink",
    "CartCode",
    "CartCodeState",
    "Coupon",
    "CouponBatch",
    "CouponPool",
    "CouponUse",
    "GiftGrant",
    "GiftRule",
    "GoodwillCoupon",
    "Hold",
    "JoiningRequest",
    "Lot",
    "LotUse",
    "Member",
    "MemberTier",
    "Movement",
    "PointsCohort",
    "Programme",
    "Proof",
    "QualifyingMonth",
    "Redemption",
    "Referral",
    "ReferralCode",
    "ReferralTerms",
    "Replay",
    "ReplayShare",
    "Reward",
    "RewardQuota",
    "Rule",
    "RuleDraft",
    "RuleTerms",
    "RuleUse",
    "RuleVersion",
    "Tier",
    "TierPrivilege",
    "TillDevice",
    "TillOperation",
    "TillTerms",
    "Transaction",
    "Wallet",
]
