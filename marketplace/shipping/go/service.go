package main

import (
	"cmp"
	"context"
	"maps"
	"slices"

	shippingv1 "services/shipping/gen/marketplace/shipping/v1"
	"services/shipping/internal/plures"
)

const defaultCurrency = "EUR"

// In the order of the contract, so that equal prices stay in it.
var methods = []shippingv1.ShippingMethod{shippingv1.ShippingMethod_STANDARD, shippingv1.ShippingMethod_EXPRESS}

var countries = slices.Sorted(maps.Keys(zones))

// The rules of shipping. It keeps no data.
type service struct{}

func (service) Quote(_ context.Context, asked *shippingv1.QuoteRequest) (*shippingv1.ShippingQuote, error) {
	method := shippingv1.ShippingMethod_STANDARD
	if asked.Method != nil {
		method = *asked.Method
	}
	found := rateTo(asked.Country, method)
	if found == nil {
		return nil, plures.Refuse(&shippingv1.CountryNotServed{Country: asked.Country})
	}
	return quote(method, found, parcels(asked.Items), asked.Subtotal), nil
}

func (service) Options(_ context.Context, asked *shippingv1.OptionsRequest) (*shippingv1.OptionsResponse, error) {
	needed := parcels(asked.Items)
	var quotes []*shippingv1.ShippingQuote
	for _, method := range methods {
		if found := rateTo(asked.Country, method); found != nil {
			quotes = append(quotes, quote(method, found, needed, asked.Subtotal))
		}
	}
	if len(quotes) == 0 {
		return nil, plures.Refuse(&shippingv1.CountryNotServed{Country: asked.Country})
	}
	slices.SortStableFunc(quotes, func(one, other *shippingv1.ShippingQuote) int {
		return cmp.Compare(one.Price.Amount, other.Price.Amount)
	})
	return &shippingv1.OptionsResponse{Value: quotes}, nil
}

func (service) Countries(context.Context, *shippingv1.CountriesRequest) (*shippingv1.CountriesResponse, error) {
	return &shippingv1.CountriesResponse{Value: countries}, nil
}

func quote(method shippingv1.ShippingMethod, of *rate, needed []weightClass, subtotal *shippingv1.Money) *shippingv1.ShippingQuote {
	amount := int64(0)
	if of.freeFrom == nil || subtotal.Amount < *of.freeFrom {
		for _, class := range needed {
			amount += of.prices[class]
		}
	}
	currency := defaultCurrency
	if subtotal.Currency != nil {
		currency = *subtotal.Currency
	}
	return &shippingv1.ShippingQuote{
		Method:  method,
		Price:   &shippingv1.Money{Amount: amount, Currency: &currency},
		DaysMin: of.daysMin,
		DaysMax: of.daysMax,
	}
}
