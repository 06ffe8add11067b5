"""What a backup tells PostgreSQL's own programs, and where it is put."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from verifier.cli.main import main
from web.backup.make import postgres_environ


def test_a_dump_is_as_private_on_the_way_as_the_site_s_own_connection():
    """A URL that demands the server's certificate demands it of pg_dump too, and no password is on its command line."""
    url = make_url("postgresql://assay:secret@db.example/assay?sslmode=verify-full&sslrootcert=/etc/ca.pem")
    environ = postgres_environ(url)

    assert (environ["PGSSLMODE"], environ["PGSSLROOTCERT"]) == ("verify-full", "/etc/ca.pem")
    assert (environ["PGHOST"], environ["PGPASSWORD"]) == ("db.example", "secret")
    assert "PGSSLMODE" not in postgres_environ(make_url("postgresql:///assay?host=/run/postgresql"))


def test_a_folder_that_is_not_there_does_not_become_a_file(tmp_path, capsys):
    """Else every nightly backup would write over the last one."""
    folder = tmp_path / "backups"

    assert main(["backup", "--to", str(folder), "--data", str(tmp_path)]) == 2
    assert not folder.exists()
    assert "there is no such folder" in capsys.readouterr().err
