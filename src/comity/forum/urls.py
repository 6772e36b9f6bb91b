"""Addresses of the forum. Each area keeps its own in its view module, and has one line here.

Who may import me: Django. Start at ``urlpatterns``; addresses of a round begin with ``/r/<slug>/``.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from comity.forum.api import page as api
from comity.forum.views import (
    account,
    calendars,
    commitments,
    front,
    invitations,
    members,
    practice,
    private,
    proposals,
    public,
    rounds,
    submissions,
    text,
    tokens,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(front.urlpatterns)),
    path("account/", include(account.urlpatterns)),
    path("account/", include(tokens.urlpatterns)),
    path("account/", include("allauth.urls")),
    path("language/", set_language, name="set_language"),
    path("", include(invitations.urlpatterns)),
    path("r/<slug:slug>/", include(rounds.urlpatterns)),
    path("r/<slug:slug>/", include(members.urlpatterns)),
    # areas of a round: one line each
    path("r/<slug:slug>/text/", include(text.urlpatterns)),
    path("r/<slug:slug>/proposals/", include(proposals.urlpatterns)),
    path("r/<slug:slug>/private/", include(private.urlpatterns)),
    path("r/<slug:slug>/commitments/", include(commitments.urlpatterns)),
    path("r/<slug:slug>/calendar/", include(calendars.urlpatterns)),
    path("calendar/", include(calendars.feedpatterns)),
    path("r/<slug:slug>/submissions/", include(submissions.urlpatterns)),
    path("r/<slug:slug>/public-page/", include(public.deskpatterns)),
    path("public/<slug:slug>/", include(public.urlpatterns)),
    path("practice/", include(practice.urlpatterns)),
    path("api/", include(api.urlpatterns)),
]

handler400 = "comity.forum.views.errors.bad_request"
handler403 = "comity.forum.views.errors.refused"
handler404 = "comity.forum.views.errors.not_found"
handler500 = "comity.forum.views.errors.fault"
