"""The ground's dictionary: one word, one file."""

from crm.models.address import Address
from crm.models.api_key import ApiKey
from crm.models.canary import Canary
from crm.models.catalogue import Category, Offering, Product
from crm.models.company import Company, CompanyPerson
from crm.models.consent import Consent, ConsentChannel, Decision, Purpose
from crm.models.customer import Customer
from crm.models.customer_figures import CustomerFigures
from crm.models.event_type import EventType
from crm.models.feed import FeedRow, OutboxRow, ParkedEntry, ReactionCursor
from crm.models.goods_return import Return, ReturnLine
from crm.models.idempotent_answer import IdempotentAnswer
from crm.models.identity import Identity
from crm.models.import_job import ImportedDocument, ImportedRow, ImportJob
from crm.models.merge import Merge, MergeProposal
from crm.models.name_word import NameWord
from crm.models.order import Order, OrderLine
from crm.models.saved_view import SavedView
from crm.models.shipment import Shipment
from crm.models.shop import Shop
from crm.models.suppression import Suppression
from crm.models.task import Task
from crm.models.timeline_entry import TimelineEntry
from crm.models.user import User

__all__ = [
    "Address",
    "ApiKey",
    "Canary",
    "Category",
    "Company",
    "CompanyPerson",
    "Consent",
    "ConsentChannel",
    "Customer",
    "CustomerFigures",
    "Decision",
    "EventType",
    "FeedRow",
    "IdempotentAnswer",
    "Identity",
    "ImportJob",
    "ImportedDocument",
    "ImportedRow",
    "Merge",
    "MergeProposal",
    "NameWord",
    "Offering",
    "Order",
    "OrderLine",
    "OutboxRow",
    "ParkedEntry",
    "Product",
    "Purpose",
    "ReactionCursor",
    "Return",
    "ReturnLine",
    "SavedView",
    "Shipment",
    "Shop",
    "Suppression",
    "Task",
    "TimelineEntry",
    "User",
]
