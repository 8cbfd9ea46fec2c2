// Verifies deliveries, `[{secret, body, headers}]` as JSON on standard input, as a receiver does that uses the module of
// Standard Webhooks. Prints whether each is genuine.
package main

import (
	"encoding/json"
	"net/http"
	"os"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

type delivery struct {
	Secret  string            `json:"secret"`
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`
}

func isGenuine(one delivery) bool {
	webhook, err := webhooks.NewWebhook(one.Secret)
	if err != nil {
		panic(err)
	}
	headers := http.Header{}
	for name, value := range one.Headers {
		headers.Set(name, value)
	}
	return webhook.Verify([]byte(one.Body), headers) == nil
}

func main() {
	var deliveries []delivery
	if err := json.NewDecoder(os.Stdin).Decode(&deliveries); err != nil {
		panic(err)
	}
	genuine := make([]bool, len(deliveries))
	for index, one := range deliveries {
		genuine[index] = isGenuine(one)
	}
	if err := json.NewEncoder(os.Stdout).Encode(genuine); err != nil {
		panic(err)
	}
}
