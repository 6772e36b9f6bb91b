"""Schemathesis throws odd and hostile requests at every operation: no server error, and answers as declared."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.utils import timezone
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.forum.walking import World

from comity.forum import actions
from comity.forum.api import page  # noqa: F401  (declares the operations)
from comity.forum.api.door import api
from comity.forum.models import Membership

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def one_connection(db):
    """The application uses the connection of this test, as Django's own test client has it."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    connection.inc_thread_sharing()
    yield
    connection.dec_thread_sharing()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.usefixtures("one_connection")
def test_no_request_makes_a_server_error():
    world = World()
    member = Membership.objects.get(user=world.talks.user["alb_head"])
    token = actions.make_token(
        member=member, name="fuzz", may_move=True, private=True, days=1, now=timezone.now()
    )[1]
    document = api.get_openapi_schema(path_prefix="/api/")
    for operations in document["paths"].values():  # the round that is there, so that calls get past the gate
        for one in operations.values():
            for each in one["parameters"]:
                if each["name"] == "slug":
                    each["schema"]["enum"] = ["coasts"]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    headers = {"Authorization": f"Bearer {token}"}
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            print_blob=False,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        @hypothesis.given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        ask()
    assert asked > 100
