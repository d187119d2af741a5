# The root module contains the other settings of the backend, such as the key.
bucket = "example-pipeline-state"
region = "us-east-1"
