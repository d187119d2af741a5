"""Prints the content of botocore.json: AWS's APIs and partitions from botocore, which is part of the AWS CLI and of moto."""

import json

import botocore
import botocore.session

SHAPES = {
    "ssm": "IamRole ActivationDescription DefaultInstanceName RegistrationLimit ManagedInstanceId SessionId TagKey TagValue",
    "iam": "roleNameType pathType policyPathType roleDescriptionType policyNameType policyDescriptionType tagKeyType tagValueType "
    "existingUserNameType userNameType groupNameType roleMaxSessionDurationType arnType",
    "sts": "externalIdType roleSessionNameType sourceIdentityType tagKeyType tagValueType",
    "logs": "LogGroupName",
    "organizations": "AccountId",
}

session = botocore.session.get_session()
loader = session.get_component("data_loader")
shapes = {}
for service, names in SHAPES.items():
    model = loader.load_service_model(service, "service-2")["shapes"]
    for name in names.split():
        shapes[f"{service}.{name}"] = {key: model[name][key] for key in ("type", "min", "max", "pattern") if key in model[name]}

endpoints = {one["partition"]: one for one in loader.load_data("endpoints")["partitions"]}
partitions = {}
for partition in loader.load_data("partitions")["partitions"]:
    services = endpoints[partition["id"]]["services"]
    regions = [name for name in services["ssm"]["endpoints"] if name in partition["regions"]]
    partitions[partition["id"]] = {
        "dnsSuffix": partition["outputs"]["dnsSuffix"],
        "regionRegex": partition["regionRegex"],
        "ssmRegions": sorted(regions),
    }

print(json.dumps({"botocore": botocore.__version__, "shapes": shapes, "partitions": partitions}, indent=2))
