"""Starting the forum: its folder and keys, its database, its first administrator, and its server.

Who may import me: ``comity.cli.forum``, inside commands. Start at :func:`open_forum`.
"""

from __future__ import annotations

import os
import secrets
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from comity.errors import ComityError, InputError, MissingExtraError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

__all__ = [
    "bring_up_to_date",
    "find_problems",
    "invite_first",
    "open_forum",
    "outer_address",
    "serve",
    "warm_up",
]

_MODEL: Final = tuple(
    f"comity.services.{each}" for each in ("package_sight", "private_sheet", "practice_opening")
)
_WARM_ROUNDS = 16
"""The newest rounds are folded before the first request; others when they are first asked for."""


def open_forum(*, data: Path | None = None, demo: bool = False, create: bool = True) -> Path:
    """Set Django up on a data folder; make the folder, its secret and its master key where they are missing.

    Parameters
    ----------
    data
        The folder; by default what COMITY_DATA says.
    demo
        Seats of demonstration rounds may be taken without a password.
    create
        False: refuse a folder that holds no forum yet.

    Raises
    ------
    comity.errors.MissingExtraError
        When Django or a part of the extra ``forum`` is not installed.
    comity.errors.InputError
        When the folder or a key cannot be written or read.
    """
    try:
        import dj_database_url  # noqa: F401, PLC0415
        import django  # noqa: PLC0415
    except ModuleNotFoundError:
        raise MissingExtraError("Django", extra="forum") from None  # noqa: EM101
    from comity.forum.environment import ask, ask_path, data_folder  # noqa: PLC0415
    from comity.forum.keys import create_master  # noqa: PLC0415

    if data is not None:
        os.environ["COMITY_DATA"] = str(data.resolve())
    if demo:
        os.environ["COMITY_DEMO"] = "yes"
    folder = data_folder()
    if not create and not folder.is_dir():
        msg = f"there is no forum in {folder}"
        raise InputError(msg, key="--data", accepted="the folder of a forum that was started once")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "cache").mkdir(exist_ok=True, mode=0o700)
        if not ask("COMITY_SECRET_KEY"):
            _write_secret(ask_path("COMITY_SECRET_KEY_FILE", folder / "secret.key"))
    except OSError as error:
        msg = f"cannot write to {folder}: {error.strerror}"
        raise InputError(msg, key="--data", accepted="a folder that can be written") from error
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.forum.settings"
    try:
        django.setup()
    except ModuleNotFoundError as error:
        raise MissingExtraError(str(error.name), extra="forum") from None
    from django.conf import settings  # noqa: PLC0415

    if not settings.KEY_FILE.exists() and not _has_keys():
        create_master(settings.KEY_FILE)
    return folder


def _write_secret(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50) + "\n")


def _has_keys() -> bool:
    """Tell whether delegations have keys already, so that a new master key would open none of them."""
    from django.db import DatabaseError, connection  # noqa: PLC0415

    from comity.forum.models import DelegationKey  # noqa: PLC0415

    try:
        tables = connection.introspection.table_names()
        return DelegationKey._meta.db_table in tables and DelegationKey.objects.exists()  # noqa: SLF001
    except DatabaseError as error:
        raise InputError(_first_line(error), key="COMITY_DATABASE_URL", accepted="a database") from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def bring_up_to_date() -> None:
    """Bring the database to the shape that this version needs.

    Raises
    ------
    comity.errors.InputError
        When the database cannot be reached.
    """
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise InputError(_first_line(error), key="COMITY_DATABASE_URL", accepted="a database") from None


def invite_first(now: datetime) -> str | None:
    """Return the token of a one-time link for the first administrator; None when there is one already."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415

    from comity.forum.actions import invite_administrator  # noqa: PLC0415

    if get_user_model().objects.filter(is_staff=True).exists():
        return None
    return invite_administrator(now=now)


def outer_address(here: str) -> str:
    """Return the address under which people reach the forum, without a slash: ``here`` on one's own machine.

    Elsewhere it is HTTPS and the first name of COMITY_HOSTS that is not this machine.
    """
    from django.conf import settings  # noqa: PLC0415

    if settings.LOCAL:
        return here.rstrip("/")
    names = [each for each in settings.ALLOWED_HOSTS if each not in {*settings.LOCAL_HOSTS, "*"}]
    return f"https://{names[0].lstrip('.')}" if names else here.rstrip("/")


def find_problems(*, deploy: bool = True) -> list[tuple[str, str]]:
    """Run the checks of Django and the forum, and replay every journal; pairs of level and words."""
    from django.core.checks import run_checks  # noqa: PLC0415
    from django.core.checks.messages import WARNING  # noqa: PLC0415

    from comity.forum.backup import verify_rounds  # noqa: PLC0415

    found = [
        (
            "error" if each.level > WARNING else "warning",
            f"{each.id}: {each.msg}" + (f" {each.hint}" if each.hint else ""),
        )
        for each in run_checks(include_deployment_checks=deploy, databases=["default"])
        if each.level >= WARNING
    ]
    try:
        verify_rounds()
    except ComityError as error:
        found.append(("error", str(error)))
    return found


def warm_up() -> None:
    """Do before the first request what it would wait for: load the model, read templates, fold new rounds.

    The workers share what is in memory now; connections are closed, because they cannot be shared.
    """
    import gc  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from django.db import DatabaseError, connections  # noqa: PLC0415
    from django.template.loader import get_template  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from comity.forum.models import Round  # noqa: PLC0415
    from comity.forum.selectors import folded  # noqa: PLC0415

    for module in _MODEL:  # other commands than the server do without it
        import_module(module)
    reverse("landing")
    folder = Path(__file__).parent / "templates"
    for each in sorted(folder.glob("forum/**/*.html")):
        get_template(each.relative_to(folder).as_posix())
    try:
        for round_ in Round.objects.order_by("-pk")[:_WARM_ROUNDS]:
            try:
                folded(round_)
            except InputError:  # a broken journal: its own pages say so, and so does 'comity forum check'
                continue
    except DatabaseError:  # the first request will say so
        pass
    finally:
        connections.close_all()
    gc.collect()
    gc.freeze()  # what is here now stays; looking for garbage in it costs each worker time and shared memory


def serve(*, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until stopped; with gunicorn where it is, with uvicorn where it is not (Windows).

    Raises
    ------
    comity.errors.InputError
        When the port is taken.
    """
    import socket  # noqa: PLC0415

    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        msg = f"cannot listen on {host}:{port}: {error.strerror}"
        raise InputError(msg, key="--port", accepted="a free port") from None
    try:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415
    except ImportError:  # gunicorn needs fork
        import uvicorn  # noqa: PLC0415

        uvicorn.run("comity.forum.asgi:application", host=host, port=port, log_level="warning")
        return

    class Served(BaseApplication):  # type: ignore[misc]
        """The forum under gunicorn, without a file of settings."""

        def load_config(self) -> None:
            where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            for name, value in {
                "bind": where,
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "preload_app": True,
                "loglevel": "warning",
                "proc_name": "comity-forum",
                "graceful_timeout": 10,
                "control_socket_disable": True,
            }.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:  # noqa: ANN401
            from comity.forum.wsgi import application  # noqa: PLC0415

            warm_up()
            return application

    Served().run()
