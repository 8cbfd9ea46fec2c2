# Verifies deliveries, `[{secret, body, headers}]` as JSON on standard input, as a receiver does that uses the package
# standardwebhooks. Prints whether each is genuine.
import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def is_genuine(delivery):
    try:
        Webhook(delivery["secret"]).verify(delivery["body"], delivery["headers"])
        return True
    except WebhookVerificationError:
        return False


print(json.dumps([is_genuine(delivery) for delivery in json.load(sys.stdin)]))
