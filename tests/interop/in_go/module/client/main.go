// Command client makes the call that stands as JSON on standard input, and prints what came back.
//
//	client URL < call.json
//
// call:  {operation, request, useGet, timeoutMs}   request is the message as JSON
// reply: {messages, code, text, details}           code is null when the call succeeded
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connecthttp"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	depotv1 "depot/gen/interop/depot/v1"
)

type call struct {
	Operation string          `json:"operation"`
	Request   json.RawMessage `json:"request"`
	UseGet    bool            `json:"useGet"`
	TimeoutMs int             `json:"timeoutMs"`
}

type detail struct {
	Type  string          `json:"type"`
	Debug json.RawMessage `json:"debug"`
}

type reply struct {
	Messages []json.RawMessage `json:"messages"`
	Code     *string           `json:"code"`
	Text     string            `json:"text"`
	Details  []detail          `json:"details"`
}

func main() {
	var wanted call
	must(json.NewDecoder(os.Stdin).Decode(&wanted))
	told := reply{Messages: []json.RawMessage{}, Details: []detail{}}
	if err := perform(os.Args[1], wanted, &told); err != nil {
		told.fail(err)
	}
	must(json.NewEncoder(os.Stdout).Encode(told))
}

func perform(url string, wanted call, told *reply) error {
	method := depotv1.File_interop_depot_v1_depot_proto.Services().ByName("Depot").Methods().ByName(protoreflect.Name(wanted.Operation))
	options := []connecthttp.Option{connecthttp.WithProtoJSON()}
	if wanted.UseGet {
		options = append(options, connecthttp.WithHTTPGet())
	}
	client := connect.NewClient(connecthttp.NewTransport(http.DefaultClient, url, options...))
	ctx := context.Background()
	if wanted.TimeoutMs > 0 {
		limited, cancel := context.WithTimeout(ctx, time.Duration(wanted.TimeoutMs)*time.Millisecond)
		defer cancel()
		ctx = limited
	}
	request := message(method.Input())
	must(protojson.Unmarshal(wanted.Request, request))
	spec := connect.Spec{
		Procedure:        "/interop.depot.v1.Depot/" + wanted.Operation,
		Schema:           method,
		IdempotencyLevel: connect.IdempotencyNoSideEffects,
	}
	if !method.IsStreamingServer() {
		answer := message(method.Output())
		if err := client.CallUnary(ctx, spec, request, answer); err != nil {
			return err
		}
		told.add(answer)
		return nil
	}
	spec.StreamType = connect.StreamTypeServer
	stream, err := client.CallServerStream(ctx, spec, request)
	if err != nil {
		return err
	}
	defer stream.Close()
	for {
		answer := message(method.Output())
		if err := stream.Receive(answer); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		told.add(answer)
	}
}

func (r *reply) add(answer proto.Message) {
	text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(answer)
	must(err)
	r.Messages = append(r.Messages, text)
}

func (r *reply) fail(err error) {
	code := connect.CodeOf(err).String()
	r.Code = &code
	var told *connect.Error
	if !errors.As(err, &told) {
		return
	}
	r.Text = told.Message()
	for _, each := range told.Details() {
		shown := detail{Type: each.Type}
		if fields, err := connectproto.UnmarshalErrorDetail(each); err == nil {
			shown.Debug, err = protojson.Marshal(fields)
			must(err)
		}
		r.Details = append(r.Details, shown)
	}
}

func message(of protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	must(err)
	return found.New().Interface()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
