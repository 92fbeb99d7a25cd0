package plures

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"sync"
)

const multiple = "a multiple of"

// A bound of a number; whole where it can be compared without fractions.
type limit struct {
	words   string
	text    string
	holds   func(sign int) bool
	exact   *big.Rat
	whole   int64
	isWhole bool
}

func limitsOf(of *form) []limit {
	var found []limit
	for _, each := range []struct {
		than  *json.Number
		words string
		holds func(sign int) bool
	}{
		{of.Ge, "at least", func(sign int) bool { return sign >= 0 }},
		{of.Gt, "more than", func(sign int) bool { return sign > 0 }},
		{of.Le, "at most", func(sign int) bool { return sign <= 0 }},
		{of.Lt, "less than", func(sign int) bool { return sign < 0 }},
		{of.MultipleOf, multiple, nil},
	} {
		if each.than == nil {
			continue
		}
		exact, isNumber := rational(each.than.String())
		if !isNumber || (each.holds == nil && exact.Sign() == 0) {
			continue
		}
		made := limit{words: each.words, text: each.than.String(), holds: each.holds, exact: exact}
		if whole, err := each.than.Int64(); err == nil && each.holds != nil {
			made.whole, made.isWhole = whole, true
		}
		found = append(found, made)
	}
	return found
}

// A short exponent: the number that a long one stands for would fill the memory.
var plainNumber = regexp.MustCompile(`^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$`)

func rational(text string) (*big.Rat, bool) {
	if !plainNumber.MatchString(text) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

var patterns sync.Map

// A pattern as Python reads it, compiled once.
func pattern(text string) (*regexp.Regexp, error) {
	if known, found := patterns.Load(text); found {
		return known.(*regexp.Regexp), nil
	}
	words := text
	if strings.HasSuffix(text, "$") && !strings.HasSuffix(text, `\$`) {
		// There, the end of a text is also before its last line end.
		words = strings.TrimSuffix(text, "$") + `\n?$`
	}
	compiled, err := regexp.Compile(words)
	if err == nil {
		patterns.Store(text, compiled)
	}
	return compiled, err
}
