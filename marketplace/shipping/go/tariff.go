package main

import (
	"hash/crc32"
	"strings"

	shippingv1 "services/shipping/gen/marketplace/shipping/v1"
)

// How far away a country is from the warehouse in Germany.
type zone int

const (
	domestic zone = iota
	union
	europe
	world
)

// What a parcel weighs at most, in grams.
type weightClass int64

const (
	small  weightClass = 2_000
	medium weightClass = 10_000
	large  weightClass = 31_500
)

var classes = []weightClass{small, medium, large}

// One way to send parcels to a zone: the price of a parcel of each weight class in minor units of EUR, working days, and the subtotal from
// which on it costs nothing; nil where it always costs something.
type rate struct {
	prices           map[weightClass]int64
	daysMin, daysMax int64
	freeFrom         *int64
}

type way struct {
	to zone
	by shippingv1.ShippingMethod
}

const (
	standard = shippingv1.ShippingMethod_STANDARD
	express  = shippingv1.ShippingMethod_EXPRESS
)

// Express does not go to zones without a rate.
var rates = map[way]*rate{
	{domestic, standard}: costs(390, 590, 990).within(2, 3).free(5_000),
	{domestic, express}:  costs(990, 1_290, 1_990).within(1, 1),
	{union, standard}:    costs(790, 1_190, 1_990).within(3, 6).free(10_000),
	{union, express}:     costs(1_990, 2_690, 4_490).within(1, 2),
	{europe, standard}:   costs(1_290, 1_990, 3_490).within(4, 8),
	{europe, express}:    costs(2_990, 4_490, 6_990).within(2, 3),
	{world, standard}:    costs(1_990, 3_990, 7_990).within(8, 15),
}

var zones = placed(map[zone]string{
	domestic: "DE",
	union:    "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
	europe:   "AD CH GB IS LI MC NO SM",
	world:    "AU CA JP KR NZ SG US",
})

func costs(smallParcel, mediumParcel, largeParcel int64) *rate {
	return &rate{prices: map[weightClass]int64{small: smallParcel, medium: mediumParcel, large: largeParcel}}
}

func (r *rate) within(daysMin, daysMax int64) *rate {
	r.daysMin, r.daysMax = daysMin, daysMax
	return r
}

func (r *rate) free(from int64) *rate {
	r.freeFrom = &from
	return r
}

func placed(lists map[zone]string) map[string]zone {
	found := map[string]zone{}
	for each, list := range lists {
		for country := range strings.FieldsSeq(list) {
			found[country] = each
		}
	}
	return found
}

func rateTo(country string, by shippingv1.ShippingMethod) *rate {
	to, served := zones[country]
	if !served {
		return nil
	}
	return rates[way{to, by}]
}

// The weight of a packed piece, 100 g to 4 kg and mostly light. The catalogue has no weights, so the id decides.
func weightG(productID string) int64 {
	spread := int64(crc32.ChecksumIEEE([]byte(productID)) % 1_000)
	return 100 + spread*spread*3_900/998_001
}

// The parcels for all items: as many of the largest as they fill, and a smaller one for the rest.
func parcels(items []*shippingv1.Item) []weightClass {
	totalG := int64(0)
	for _, item := range items {
		totalG += weightG(item.ProductId) * item.Quantity
	}
	var needed []weightClass
	for range totalG / int64(large) {
		needed = append(needed, large)
	}
	restG := totalG % int64(large)
	for _, class := range classes {
		if restG > 0 && restG <= int64(class) {
			return append(needed, class)
		}
	}
	return needed
}
