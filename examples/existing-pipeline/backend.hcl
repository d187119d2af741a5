# The rest of the backend's settings, such as the key, is the root's own.
bucket = "example-pipeline-state"
region = "us-east-1"
