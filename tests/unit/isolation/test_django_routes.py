"""The views of Django are routes: functions, classes and middleware, each with what it calls."""

from collections.abc import Callable, Iterator
from typing import Any

import blocking_islands as islands
import pytest
from django.contrib.auth.decorators import login_required
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.views.generic import RedirectView, TemplateView, View

import plures
from plures import Application, Capability
from plures.application import assemble
from plures.isolation import Unit, units_of
from tests.django_settings import set_up


@login_required
def asks(request: HttpRequest) -> HttpResponse:
    return HttpResponse(plures.client(islands.Base).get("tea"))


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing is called")


class Words(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("nothing is called")

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(plures.client(islands.Base).get("tea"))


class Page(TemplateView):
    template_name = "page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"word": plures.client(islands.Base).get("tea")}


def middleware(answer: Callable[..., Any]) -> Callable[..., Any]:
    def around(request: HttpRequest) -> Any:
        return answer(request)

    return around


urlpatterns = [
    path("asks/", asks),
    path("plain/", plain),
    path("words/", include([path("<int:number>/", Words.as_view())])),
    path("page/", Page.as_view()),
    path("away/", RedirectView.as_view(url="/")),
    path(
        "theirs/", include([path("one/", RedirectView.as_view(url="/")), path("two/", RedirectView.as_view(url="/"))])
    ),
]


@pytest.fixture(scope="module")
def units() -> Iterator[dict[str, Unit]]:
    set_up()
    application = Application(
        "islands", [Capability(islands.Base, islands.BaseService)], edge=WSGIHandler, clients=[islands.Base]
    )
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.middleware"], INSTALLED_APPS=[]):
        yield {unit.name: unit for unit in units_of(assemble(application)) if unit.kind == "route"}


@pytest.mark.parametrize("name", ["ANY /asks/", "POST /words/<int:number>/", "GET /page/"])
def test_a_view_has_what_it_calls(units: dict[str, Unit], name: str) -> None:
    assert {need.operation for need in units[name].needs} == {"get"}
    assert units[name].assumed == ()


@pytest.mark.parametrize("name", ["ANY /plain/", "GET /words/<int:number>/"])
def test_a_view_that_calls_nothing_needs_nothing(units: dict[str, Unit], name: str) -> None:
    assert units[name].needs == frozenset()


def test_of_a_view_that_is_djangos_all_is_assumed(units: dict[str, Unit]) -> None:
    assert units["GET /away/"].assumed == ("what is mounted there",)
    assert [name for name in units if "theirs" in name] == ["ANY /theirs/…"]
