"""The ground's dictionary: one word, one file."""

from crm.models.address import Address
from crm.models.api_key import ApiKey
from crm.models.bulk_job import BulkJob, BulkResult
from crm.models.call import Call
from crm.models.campaign import Campaign, CampaignPerson, CampaignSide, RetentionPlan
from crm.models.canary import Canary
from crm.models.catalogue import Category, Offering, Product
from crm.models.category_change import CategoryChange
from crm.models.census import CensusCount, OutcomeCount
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
    WebhookChange,
)
from crm.models.channel_account import ChannelAccount
from crm.models.company import Company, CompanyPerson
from crm.models.connection import Connection, ConnectorDelivery, ConnectorNews
from crm.models.connector_mapping import ConnectorMapping
from crm.models.connector_round import AnsweredThing, ConnectorRound, Difference
from crm.models.consent import Consent, ConsentChannel, Decision, Purpose
from crm.models.customer import Customer
from crm.models.customer_figures import CustomerFigures
from crm.models.customer_loyalty import CustomerLoyalty, LoyaltyKind
from crm.models.customer_preference import CustomerPreference
from crm.models.customer_worth import (
    CustomerToValue,
    CustomerWorth,
    RfmCutPoints,
    RiskLevel,
    StageTransition,
    Valuation,
)
from crm.models.day_figure import DayFigure, DayPeople, Reconciliation, RollupState, StaleDay
from crm.models.digest import DigestSubscription
from crm.models.event_type import EventType
from crm.models.exchange import Exchange, ExchangeFile, FilePiece
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
from crm.models.order import Order, OrderAmendment, OrderLine
from crm.models.price_list import (
    Agreement,
    GoodsGroup,
    ItemStock,
    ListedPrice,
    PriceFeed,
    PriceList,
    ShelfItem,
    Warehouse,
)
from crm.models.raw_delivery import RawDelivery
from crm.models.repeated_import import RepeatedImport
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
from crm.models.webhook import Webhook, WebhookAttempt, WebhookDelivery

__all__ = [
    "Address",
    "AddressChange",
    "Agreement",
    "AnsweredThing",
    "ApiKey",
    "ApiKeyChange",
    "Attachment",
    "BulkJob",
    "BulkResult",
    "Call",
    "Campaign",
    "CampaignPerson",
    "CampaignSide",
    "Canary",
    "Category",
    "CategoryChange",
    "CensusCount",
    "ChannelAccount",
    "Company",
    "CompanyChange",
    "CompanyPerson",
    "CompanyPersonChange",
    "Connection",
    "ConnectorDelivery",
    "ConnectorMapping",
    "ConnectorNews",
    "ConnectorRound",
    "Consent",
    "ConsentChannel",
    "Customer",
    "CustomerChange",
    "CustomerFigures",
    "CustomerLoyalty",
    "CustomerPreference",
    "CustomerToLookAt",
    "CustomerToValue",
    "CustomerWorth",
    "DayFigure",
    "DayPeople",
    "Decision",
    "Difference",
    "DigestSubscription",
    "EventType",
    "EventTypeChange",
    "Exchange",
    "ExchangeFile",
    "FeedRow",
    "FilePiece",
    "GoodsGroup",
    "IdempotentAnswer",
    "Identity",
    "IdentityChange",
    "ImportJob",
    "ImportedDocument",
    "ImportedRow",
    "Installation",
    "InstallationChange",
    "Invitation",
    "ItemStock",
    "LinkCode",
    "ListTaken",
    "ListedPrice",
    "Look",
    "LoyaltyKind",
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
    "OrderAmendment",
    "OrderLine",
    "OutboxRow",
    "OutcomeCount",
    "ParkedEntry",
    "PermissionOfRoleChange",
    "PriceFeed",
    "PriceList",
    "Product",
    "Purpose",
    "RawDelivery",
    "ReactionCursor",
    "Reconciliation",
    "RepeatedImport",
    "RetentionPlan",
    "Return",
    "ReturnLine",
    "RfmCutPoints",
    "RiskLevel",
    "RoleChange",
    "RoleOfUserChange",
    "RollupState",
    "SavedView",
    "Segment",
    "SegmentChange",
    "SegmentMember",
    "SegmentSize",
    "SegmentSnapshot",
    "ShelfItem",
    "Shipment",
    "Shop",
    "ShopChange",
    "SnapshotMember",
    "StageTransition",
    "StaleDay",
    "Suppression",
    "SuppressionLift",
    "Task",
    "TimelineEntry",
    "User",
    "UserChange",
    "Valuation",
    "Warehouse",
    "Webhook",
    "WebhookAttempt",
    "WebhookChange",
    "WebhookDelivery",
]
