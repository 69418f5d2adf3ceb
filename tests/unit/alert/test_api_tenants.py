"""Tenants of the API: nobody sees, guesses or touches another's things, and every write is in the audit."""

from typing import Any

from services.alert.keys import Right, owned_id, tenant_of
from services.alert.watch import Subscriptions, WebhookEndpoint
from tests.support.api import ApiStage
from tests.unit.alert.test_api_access import DIYALA, HOOK, SECRET


def _two_tenants() -> tuple[ApiStage, Any, Any]:
    stage = ApiStage()
    acme = stage.client(stage.key(Right.ADMIN, tenant="acme"))
    other = stage.client(stage.key(Right.ADMIN, tenant="other"))
    assert acme.put("/v1/endpoints/desk", json=HOOK).status_code == 200
    assert acme.put("/v1/watches/home", json=DIYALA).status_code == 200
    stage.deliveries.write("d_acme", endpoint="acme.desk", watch_ids=("acme.home",))
    return stage, acme, other


def test_nobody_sees_or_guesses_another_tenants_things() -> None:
    stage, acme, other = _two_tenants()
    key_id = next(key.key_id for key in stage.keys.held.values() if key.tenant == "acme")
    addresses = [
        f"/v1/{kind}/{name}"
        for kind, name in (
            ("watches", "home"), ("watches", "acme.home"), ("endpoints", "desk"), ("endpoints", "acme.desk"),
            ("deliveries", "d_acme"),
        )
    ]  # fmt: skip
    for path in addresses:
        assert acme.get(path).status_code == 200, path
        foreign, unknown = other.get(path), other.get(path.rpartition("/")[0] + "/nothing")
        assert foreign.status_code == 404, path
        assert foreign.json() == unknown.json()
        assert stage.client(stage.key(Right.ADMIN)).get(path).status_code == 404, path
    for path in ("/v1/watches", "/v1/endpoints", "/v1/deliveries", "/v1/audit", "/v1/keys"):
        text = other.get(path).text
        assert "acme" not in text, path
        assert "desk.example" not in text, path
    assert other.get("/v1/incidents", params={"watch": "acme.home"}).status_code == 404
    assert other.get("/v1/changes", params={"watch": "acme.home"}).status_code == 404
    assert other.delete("/v1/watches/acme.home").status_code == 404
    assert other.delete("/v1/endpoints/acme.desk").status_code == 404
    assert other.delete(f"/v1/keys/{key_id}").status_code == 404
    assert other.post("/v1/deliveries/d_acme/replay").status_code == 404
    assert acme.get("/v1/watches/home").status_code == 200


def test_a_tenant_cannot_put_things_under_anothers_name_or_send_to_its_endpoints() -> None:
    stage, _, other = _two_tenants()
    assert other.put("/v1/endpoints/acme.desk", json=HOOK).status_code == 422
    assert other.put("/v1/watches/mine", json={"places": ["Diyala"], "endpoints": ["acme.desk"]}).status_code == 422
    assert other.put("/v1/endpoints/desk", json=HOOK).json()["id"] == "other.desk"
    assert set(stage.roster.endpoints) == {"acme.desk", "other.desk"}


def test_the_files_are_the_default_tenants_and_are_changed_in_the_file_alone() -> None:
    desk = WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=(SECRET,))
    stage = ApiStage(of_file=Subscriptions(endpoints=(desk,)))
    own, other = stage.client(stage.key(Right.WRITE)), stage.client(stage.key(Right.WRITE, tenant="acme"))
    assert own.get("/v1/endpoints/desk").json()["managed"] == "file"
    assert SECRET not in own.get("/v1/endpoints").text
    assert other.get("/v1/endpoints/desk").status_code == 404
    assert own.put("/v1/endpoints/desk", json=HOOK).status_code == 409
    assert own.delete("/v1/endpoints/desk").status_code == 409
    assert own.put("/v1/watches/mine", json=DIYALA).json()["endpoints"] == ["desk"]


def test_every_write_is_in_the_audit_with_who_did_it() -> None:
    stage, acme, _ = _two_tenants()
    acme.delete("/v1/endpoints/desk")
    acts = acme.get("/v1/audit").json()["acts"]
    assert [(act["action"], act["subject"]) for act in acts] == [
        ("watch.deleted", "acme.home"),
        ("endpoint.deleted", "acme.desk"),
        ("watch.set", "acme.home"),
        ("endpoint.set", "acme.desk"),
    ]
    (actor,) = {act["actor"] for act in acts}
    assert stage.keys.held[actor].tenant == "acme"
    assert "desk.example" not in str(acts)


def test_a_key_makes_keys_of_its_own_tenant_with_no_more_rights_than_its_own() -> None:
    stage = ApiStage()
    admin = stage.client(stage.key(Right.ADMIN, tenant="acme"))
    made = admin.post("/v1/keys", json={"name": "reader", "rights": ["read"]}).json()
    assert stage.client(made["key"]).get("/v1/watches").status_code == 200
    assert stage.keys.held[made["id"]].tenant == "acme"
    assert admin.post("/v1/keys", json={"name": "desk", "rights": ["desk"]}).status_code == 403
    assert made["key"] not in admin.get("/v1/keys").text
    assert admin.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert stage.client(made["key"]).get("/v1/watches").json()["reason"] == "key_revoked"


def test_ids_name_their_tenant() -> None:
    assert owned_id("default", "diyala") == "diyala"
    assert owned_id("acme", "diyala") == "acme.diyala"
    assert tenant_of("diyala~feed") == "default"
    assert tenant_of("acme.diyala~feed") == "acme"
