"""The ground's dictionary: one word, one file."""

from crm.models.address import Address
from crm.models.api_key import ApiKey
from crm.models.bulk_job import BulkJob, BulkResult
from crm.models.call import Call
from crm.models.canary import Canary
from crm.models.catalogue import Category, Offering, Product
from crm.models.changes import (
    AddressChange,
    ApiKeyChange,
    CompanyChange,
    CompanyPersonChange,
    CustomerChange,
    EventTypeChange,
    IdentityChange,
    InstallationChange,
    PermissionOfRoleChange,
    RoleChange,
    RoleOfUserChange,
    SegmentChange,
    ShopChange,
    UserChange,
)
from crm.models.channel_account import ChannelAccount
from crm.models.company import Company, CompanyPerson
from crm.models.consent import Consent, ConsentChannel, Decision, Purpose
from crm.models.customer import Customer
from crm.models.customer_figures import CustomerFigures
from crm.models.customer_preference import CustomerPreference
from crm.models.customer_worth import CustomerWorth, RfmCutPoints, RiskLevel, StageTransition, Valuation
from crm.models.event_type import EventType
from crm.models.feed import FeedRow, OutboxRow, ParkedEntry, ReactionCursor
from crm.models.goods_return import Return, ReturnLine
from crm.models.idempotent_answer import IdempotentAnswer
from crm.models.identity import Identity
from crm.models.import_job import ImportedDocument, ImportedRow, ImportJob
from crm.models.installation import Installation
from crm.models.invitation import Invitation
from crm.models.link_code import LinkCode
from crm.models.look import ListTaken, Look
from crm.models.merge import Merge, MergeProposal
from crm.models.message import Attachment, Message
from crm.models.name_word import NameWord
from crm.models.named import Named
from crm.models.notices import NoticeSwitch, NoticeText
from crm.models.one_time_code import OneTimeCode
from crm.models.order import Order, OrderLine
from crm.models.raw_delivery import RawDelivery
from crm.models.saved_view import SavedView
from crm.models.segment import (
    CustomerToLookAt,
    Segment,
    SegmentMember,
    SegmentSize,
    SegmentSnapshot,
    SnapshotMember,
)
from crm.models.shipment import Shipment
from crm.models.shop import Shop
from crm.models.suppression import Suppression, SuppressionLift
from crm.models.task import Task
from crm.models.timeline_entry import TimelineEntry
from crm.models.user import User

__all__ = [
    "Address",
    "AddressChange",
    "ApiKey",
    "ApiKeyChange",
    "Attachment",
    "BulkJob",
    "BulkResult",
    "Call",
    "Canary",
    "Category",
    "ChannelAccount",
    "Company",
    "CompanyChange",
    "CompanyPerson",
    "CompanyPersonChange",
    "Consent",
    "ConsentChannel",
    "Customer",
    "CustomerChange",
    "CustomerFigures",
    "CustomerPreference",
    "CustomerToLookAt",
    "CustomerWorth",
    "Decision",
    "EventType",
    "EventTypeChange",
    "FeedRow",
    "IdempotentAnswer",
    "Identity",
    "IdentityChange",
    "ImportJob",
    "ImportedDocument",
    "ImportedRow",
    "Installation",
    "InstallationChange",
    "Invitation",
    "LinkCode",
    "ListTaken",
    "Look",
    "Merge",
    "MergeProposal",
    "Message",
    "NameWord",
    "Named",
    "NoticeSwitch",
    "NoticeText",
    "Offering",
    "OneTimeCode",
    "Order",
    "OrderLine",
    "OutboxRow",
    "ParkedEntry",
    "PermissionOfRoleChange",
    "Product",
    "Purpose",
    "RawDelivery",
    "ReactionCursor",
    "Return",
    "ReturnLine",
    "RfmCutPoints",
    "RiskLevel",
    "RoleChange",
    "RoleOfUserChange",
    "SavedView",
    "Segment",
    "SegmentChange",
    "SegmentMember",
    "SegmentSize",
    "SegmentSnapshot",
    "Shipment",
    "Shop",
    "ShopChange",
    "SnapshotMember",
    "StageTransition",
    "Suppression",
    "SuppressionLift",
    "Task",
    "TimelineEntry",
    "User",
    "UserChange",
    "Valuation",
]
