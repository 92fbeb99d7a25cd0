package plures

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const mostShown = 20

// Tells what of a message its contract does not allow; each line begins with the place.
func (c *contract) problems(message proto.Message) []string {
	found := &finder{contract: c}
	found.message(message.ProtoReflect(), nil)
	return found.problems[:min(len(found.problems), mostShown)]
}

type finder struct {
	contract *contract
	problems []string
}

func (f *finder) say(at *place, format string, values ...any) {
	f.problems = append(f.problems, at.String()+": "+fmt.Sprintf(format, values...))
}

func (f *finder) message(message protoreflect.Message, at *place) {
	known := f.contract.Messages[string(message.Descriptor().Name())]
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		descriptor := fields.Get(i)
		of := known[descriptor.JSONName()]
		f.field(message, descriptor, of, &place{within: at, name: descriptor.JSONName()})
	}
	// A union is a message with one choice.
	choices := message.Descriptor().Oneofs()
	for i := range choices.Len() {
		if !choices.Get(i).IsSynthetic() && message.WhichOneof(choices.Get(i)) == nil {
			f.say(at, "is missing")
		}
	}
}

func (f *finder) field(message protoreflect.Message, descriptor protoreflect.FieldDescriptor, of field, at *place) {
	// What a message of proto3 left out is zero, except where it knows better.
	if descriptor.HasPresence() && !message.Has(descriptor) {
		if of.Required {
			f.say(at, "is missing")
		}
		return
	}
	value := message.Get(descriptor)
	switch {
	case descriptor.IsList():
		items := value.List()
		f.length(of.form, items.Len(), at)
		for i := range items.Len() {
			f.value(descriptor, element(of.List), items.Get(i), &place{within: at, index: i})
		}
	case descriptor.IsMap():
		entries := value.Map()
		f.length(of.form, entries.Len(), at)
		entries.Range(func(key protoreflect.MapKey, each protoreflect.Value) bool {
			f.value(descriptor.MapValue(), element(of.Map), each, &place{within: at, key: key.String(), index: -1})
			return true
		})
	default:
		f.value(descriptor, of.form, value, at)
	}
}

func (f *finder) value(descriptor protoreflect.FieldDescriptor, of form, value protoreflect.Value, at *place) {
	switch descriptor.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		f.message(value.Message(), at)
	case protoreflect.EnumKind:
		f.enum(descriptor.Enum(), value.Enum(), at)
	case protoreflect.StringKind:
		f.text(of, value.String(), at)
	case protoreflect.BytesKind:
		f.length(of, len(value.Bytes()), at)
	case protoreflect.BoolKind:
	default:
		f.number(of, value, at)
	}
}

func (f *finder) enum(descriptor protoreflect.EnumDescriptor, number protoreflect.EnumNumber, at *place) {
	// Others may have members that a newer peer knows.
	if !f.contract.isClosed(descriptor.Name()) {
		return
	}
	for _, each := range f.contract.Enums[string(descriptor.Name())] {
		if each == int32(number) {
			return
		}
	}
	f.say(at, "is missing, or is no %s", descriptor.Name())
}

func (f *finder) text(of form, text string, at *place) {
	if len(of.Choice) > 0 && !slices.Contains(of.Choice, text) {
		f.say(at, "is none of %q", of.Choice)
	}
	if of.Type == "decimal" {
		if _, isNumber := rational(text); !isNumber {
			f.say(at, "is no number: %q", text)
			return
		}
		f.number(of, protoreflect.ValueOfString(text), at)
		return
	}
	// Characters, as Python counts them, and not bytes.
	f.length(of, utf8.RuneCountInString(text), at)
	if of.Pattern != "" {
		// readContract has seen that it can be compiled.
		if wanted, err := pattern(of.Pattern); err == nil && !wanted.MatchString(text) {
			f.say(at, "does not match %s", of.Pattern)
		}
	}
}

func (f *finder) length(of form, length int, at *place) {
	if of.MinLength != nil && length < *of.MinLength {
		f.say(at, "has a length of %d, and at least %d is needed", length, *of.MinLength)
	}
	if of.MaxLength != nil && length > *of.MaxLength {
		f.say(at, "has a length of %d, and at most %d is allowed", length, *of.MaxLength)
	}
}

func (f *finder) number(of form, value protoreflect.Value, at *place) {
	whole, isWhole := value.Interface().(int64)
	var exact *big.Rat
	for _, each := range of.limits {
		if isWhole && each.isWhole {
			if !each.holds(cmp.Compare(whole, each.whole)) {
				f.say(at, "is %d, and must be %s %s", whole, each.words, each.text)
			}
			continue
		}
		if exact == nil {
			known, isNumber := rational(value.String())
			if !isNumber {
				// NaN and the infinities are in no range.
				f.say(at, "is no number: %q", value.String())
				return
			}
			exact = known
		}
		if each.words == multiple && !new(big.Rat).Quo(exact, each.exact).IsInt() || each.words != multiple && !each.holds(exact.Cmp(each.exact)) {
			f.say(at, "is %s, and must be %s %s", value.String(), each.words, each.text)
		}
	}
}

func element(of *form) form {
	if of == nil {
		return form{}
	}
	return *of
}

// Where something stands in a message; in words only where something is wrong there.
type place struct {
	within *place
	name   string
	index  int
	key    string
}

func (p *place) String() string {
	switch {
	case p == nil:
		return "the message"
	case p.name != "" && p.within == nil:
		return p.name
	case p.name != "":
		return p.within.String() + "." + p.name
	case p.index < 0:
		return fmt.Sprintf("%s[%q]", p.within, p.key)
	}
	return fmt.Sprintf("%s[%d]", p.within, p.index)
}
