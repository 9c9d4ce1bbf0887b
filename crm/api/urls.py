"""The addresses of the API: nouns only."""

from django.urls import path

from crm.api.bulk import BulkCustomers, BulkEvents, BulkOrders, BulkProducts
from crm.api.calls import Calls
from crm.api.campaigns import CampaignEvents, Campaigns, OneCampaign
from crm.api.consents import Consents
from crm.api.customers import Customers, OneCustomer
from crm.api.entries import Feed, Timeline
from crm.api.events import Events, EventTypes
from crm.api.jobs import JobResults, OneJob
from crm.api.lookup import Lookup
from crm.api.messages import Messages, OneMessage
from crm.api.orders import OrderEvents, Orders
from crm.api.preferences import Preferences
from crm.api.prices import Prices
from crm.api.products import OneProduct, Products
from crm.api.reference import docs, schema
from crm.api.returns import Returns
from crm.api.segments import OneSegment, SegmentMembers, Segments
from crm.api.shipments import OneShipment, Shipments
from crm.api.views import NoSuchAddress
from crm.api.webhook_log import OneWebhookDelivery, WebhookDeliveries
from crm.api.webhook_pauses import WebhookPauses, WebhookResumptions
from crm.api.webhook_resends import WebhookResends, WebhookStretches, WebhookTests
from crm.api.webhook_secrets import WebhookSecret
from crm.api.webhooks import OneWebhook, Webhooks
from crm.api.whole_order import WholeOrder
from crm.api.worth import Worth

app_name = "api"
urlpatterns = [
    path("v1/calls/", Calls.as_view(), name="calls"),
    path("v1/customers/", Customers.as_view(), name="customers"),
    path("v1/customers/bulk/", BulkCustomers.as_view(), name="customers-bulk"),
    path("v1/customers/lookup/", Lookup.as_view(), name="customer-lookup"),
    path("v1/customers/<int:pk>/", OneCustomer.as_view(), name="customer"),
    path("v1/customers/<int:pk>/consents/", Consents.as_view(), name="consents"),
    path("v1/customers/<int:pk>/preferences/", Preferences.as_view(), name="preferences"),
    path("v1/customers/<int:pk>/timeline/", Timeline.as_view(), name="timeline"),
    path("v1/customers/<int:pk>/worth/", Worth.as_view(), name="worth"),
    path("v1/event-types/", EventTypes.as_view(), name="event-types"),
    path("v1/events/", Events.as_view(), name="events"),
    path("v1/events/bulk/", BulkEvents.as_view(), name="events-bulk"),
    path("v1/feed/", Feed.as_view(), name="feed"),
    path("v1/jobs/<int:pk>/", OneJob.as_view(), name="job"),
    path("v1/jobs/<int:pk>/results/", JobResults.as_view(), name="job-results"),
    path("v1/messages/", Messages.as_view(), name="messages"),
    path("v1/messages/<int:pk>/", OneMessage.as_view(), name="message"),
    path("v1/orders/", Orders.as_view(), name="orders"),
    path("v1/orders/bulk/", BulkOrders.as_view(), name="orders-bulk"),
    path("v1/orders/<int:pk>/", WholeOrder.as_view(), name="order"),
    path("v1/orders/<int:pk>/events/", OrderEvents.as_view(), name="order-events"),
    path("v1/orders/<int:pk>/returns/", Returns.as_view(), name="returns"),
    path("v1/orders/<int:pk>/shipments/", Shipments.as_view(), name="shipments"),
    path("v1/orders/<int:pk>/shipments/<int:shipment_id>/", OneShipment.as_view(), name="shipment"),
    path("v1/prices/", Prices.as_view(), name="prices"),
    path("v1/products/", Products.as_view(), name="products"),
    path("v1/products/bulk/", BulkProducts.as_view(), name="products-bulk"),
    path("v1/products/<int:pk>/", OneProduct.as_view(), name="product"),
    path("v1/campaigns/", Campaigns.as_view(), name="campaigns"),
    path("v1/campaigns/<int:pk>/", OneCampaign.as_view(), name="campaign"),
    path("v1/campaigns/<int:pk>/events/", CampaignEvents.as_view(), name="campaign-events"),
    path("v1/segments/", Segments.as_view(), name="segments"),
    path("v1/segments/<int:pk>/", OneSegment.as_view(), name="segment"),
    path("v1/segments/<int:pk>/members/", SegmentMembers.as_view(), name="segment-members"),
    path("v1/webhooks/", Webhooks.as_view(), name="webhooks"),
    path("v1/webhooks/<int:pk>/", OneWebhook.as_view(), name="webhook"),
    path("v1/webhooks/<int:pk>/deliveries/", WebhookDeliveries.as_view(), name="webhook-deliveries"),
    path(
        "v1/webhooks/<int:pk>/deliveries/<int:delivery_id>/",
        OneWebhookDelivery.as_view(),
        name="webhook-delivery",
    ),
    path(
        "v1/webhooks/<int:pk>/deliveries/<int:delivery_id>/resends/",
        WebhookResends.as_view(),
        name="webhook-resends",
    ),
    path("v1/webhooks/<int:pk>/pauses/", WebhookPauses.as_view(), name="webhook-pauses"),
    path("v1/webhooks/<int:pk>/resumptions/", WebhookResumptions.as_view(), name="webhook-resumptions"),
    path("v1/webhooks/<int:pk>/secret/", WebhookSecret.as_view(), name="webhook-secret"),
    path("v1/webhooks/<int:pk>/stretches/", WebhookStretches.as_view(), name="webhook-stretches"),
    path("v1/webhooks/<int:pk>/tests/", WebhookTests.as_view(), name="webhook-tests"),
    path("v1/schema/", schema, name="schema"),
    path("v1/docs/", docs, name="docs"),
    path("", NoSuchAddress.as_view()),
    path("<path:rest>", NoSuchAddress.as_view()),
]
