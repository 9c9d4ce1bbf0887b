import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from crm.colleagues.saved_views import NamelessView, ViewNamesSomebody, ViewTooNarrow, of_list, save_view
from crm.models import SavedView
from tests.factories.customers import CustomerFactory
from tests.factories.orders import placed_order
from tests.factories.shops import NOON, UserFactory

pytestmark = pytest.mark.django_db

ORDERS = reverse("admin:crm_order_changelist")
VIEWS = reverse("crm:saved-views")


def colleague(role: str = "agent"):
    one = UserFactory(language="en")
    one.groups.add(Group.objects.get(name=role))
    return one


@pytest.fixture
def agent(client):
    one = colleague()
    client.force_login(one)
    return one


def saved(owner, name: str = "Paid", query: str = "progress__exact=paid", **more) -> SavedView:
    told = {"list_name": "crm.order", "is_shared": False, "at": NOON, **more}
    return save_view(owner=owner, name=name, query=query, **told)


def test_a_view_is_saved_from_the_list_and_stands_over_it(client, agent):
    query = "progress__exact=paid&cols=number&cols=total&p=after-3"
    page = client.post(VIEWS, {"list": "crm.order", "name": " Paid  ones ", "query": query}, follow=True)

    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Paid ones", "progress__exact=paid&cols=number&cols=total")
    assert f'href="{ORDERS}?progress__exact=paid&amp;cols=number&amp;cols=total" aria-current' in page.text


def test_saving_under_the_same_name_takes_the_place_of_the_older(agent):
    saved(agent)
    saved(agent, query="progress__exact=placed")

    assert SavedView.objects.get().query == "progress__exact=placed"


def test_a_view_is_ones_own_until_it_is_shared(agent):
    boris = colleague()
    saved(boris, "Mine alone")
    saved(boris, "For all", is_shared=True)
    saved(boris, "Of another list", list_name="crm.customer", is_shared=True)
    saved(agent, "Paid")

    assert [view.name for view in of_list("crm.order", agent)] == ["For all", "Paid"]


def test_a_view_has_a_name_and_fits(agent):
    with pytest.raises(NamelessView):
        saved(agent, "  ")
    with pytest.raises(ViewTooNarrow):
        saved(agent, query="number=" + "x" * 1001)


def test_a_view_keeps_no_search_that_may_name_a_person(agent):
    with pytest.raises(ViewNamesSomebody):
        saved(agent, query="progress__exact=paid&q=%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0")

    assert not SavedView.objects.exists()
    assert saved(agent, "Linden", list_name="crm.product", query="q=linden").query == "q=linden"


def test_only_its_owner_forgets_a_view(client, agent):
    theirs = saved(colleague(), is_shared=True)
    mine = saved(agent)

    assert client.post(reverse("crm:saved-view-removal", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("crm:saved-view-removal", args=[mine.pk])).status_code == 302
    assert list(SavedView.objects.all()) == [theirs]


@pytest.mark.parametrize(
    ("list_name", "status"), [("crm.apikey", 403), ("auth.group", 404), ("nonsense", 404), ("", 404)]
)
def test_a_view_opens_no_list_that_is_closed(client, agent, list_name, status):
    assert client.post(VIEWS, {"list": list_name, "name": "x", "query": ""}).status_code == status


def test_a_list_shows_the_columns_that_were_chosen(client, agent):
    placed_order("a", customer=CustomerFactory())

    chosen = client.get(ORDERS, {"cols": ["number", "total"]})
    unknown = client.get(ORDERS, {"cols": "password"})

    assert list(chosen.context["cl"].list_display) == ["number", "total"]
    assert len(unknown.context["cl"].list_display) == len(client.get(ORDERS).context["cl"].list_display)


def test_pages_and_filters_keep_the_choice_of_columns(client, agent):
    for number in range(60):
        placed_order(str(number))

    page = client.get(ORDERS, {"cols": ["number", "total"]})
    cl = page.context["cl"]
    further = client.get(ORDERS + cl.get_query_string({"p": cl.older}))

    assert list(further.context["cl"].list_display) == ["number", "total"]
    assert len(further.context["cl"].result_list) == 10
