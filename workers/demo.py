"""Makes the demo clips and sends them in, as a sender would: through the form, over HTTP."""
