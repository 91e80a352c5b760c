"""What can be done: one function a verb, each inside one transaction that its caller opened."""
