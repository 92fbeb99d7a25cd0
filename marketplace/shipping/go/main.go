// Command shipping says what parcels cost: the contract marketplace.shipping.v1, fulfilled in Go.
package main

import (
	_ "embed"

	"services/shipping/gen/marketplace/shipping/v1/shippingv1connect"
	"services/shipping/internal/plures"
)

//go:generate buf generate
//go:embed contracts/marketplace/shipping/v1/shipping.json
var contract []byte

func main() {
	process := plures.NewProcess(contract)
	shippingv1connect.RegisterShippingHandler(process.Server, service{})
	process.Run()
}
