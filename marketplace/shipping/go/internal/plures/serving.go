package plures

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"connectrpc.com/connect/v2"
	"connectrpc.com/connect/v2/connectproto"
	"google.golang.org/protobuf/proto"
)

const failedInside = "it failed inside; the log of the process that hosts it says why"

// Declared is an error that the contract declares for an operation, with its fields.
type Declared struct {
	Fields proto.Message
}

func (d *Declared) Error() string {
	return fmt.Sprintf("%s: %v", d.Fields.ProtoReflect().Descriptor().Name(), d.Fields)
}

// Refuse makes the error that an operation returns for one that its contract declares.
func Refuse(fields proto.Message) error {
	return &Declared{fields}
}

// The request broke the contract, so the operation never began.
type refusal struct{ told *connect.Error }

func (r *refusal) Error() string { return r.told.Error() }

// Surrounds each operation: its context and deadline, bounds both ways, and what its caller is told of its error.
func (p *Process) surround(next connect.ServerFunc) connect.ServerFunc {
	return func(ctx context.Context, spec connect.Spec, stream connect.ServerStream) error {
		info, _ := connect.CallInfoForServerContext(ctx)
		name := spec.Procedure[strings.LastIndexByte(spec.Procedure, '/')+1:]
		of := p.contract.Operations[name]
		read, refused := readCall(info.RequestHeader())
		if refused == nil && ctx.Err() != nil {
			refused = connect.NewError(connect.CodeDeadlineExceeded, "its deadline passed before it could start")
		}
		if refused != nil {
			info.ResponseHeader().Set(outcomeHeader, notSent)
			return refused
		}
		running := p.spans.begin(serverSpan, spec.Procedure, read.trace)
		defer running.end()
		ctx, cancel := context.WithTimeout(context.WithValue(ctx, callKey{}, read), of.deadline())
		defer cancel()
		err := guarded(func() error { return next(ctx, spec, &checkedStream{stream, p.contract}) })
		if never := (*refusal)(nil); errors.As(err, &never) {
			info.ResponseHeader().Set(outcomeHeader, notSent)
			running.code = never.told.Code().String()
			return never.told
		}
		told := p.told(ctx, name, of, err)
		running.code = p.endedAs(of, err, told)
		return told
	}
}

func guarded(work func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = &panicked{thrown, string(debug.Stack())}
		}
	}()
	return work()
}

// What the caller learns of an error: a declared one, that it came too late, and nothing of any other.
func (p *Process) told(ctx context.Context, name string, of operation, err error) error {
	if err == nil {
		return nil
	}
	if declared := (*Declared)(nil); errors.As(err, &declared) {
		if told := p.declared(of, declared.Fields); told != nil {
			return told
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return connect.NewError(connect.CodeCanceled, "its caller has given it up")
	}
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || connect.CodeOf(err) == connect.CodeDeadlineExceeded) {
		return connect.NewError(connect.CodeDeadlineExceeded, "its deadline passed while it ran")
	}
	if connect.CodeOf(err) == connect.CodeUnavailable {
		p.Log.WarnContext(ctx, name+" failed, since something it needs did not answer", "error", err)
		return connect.NewError(connect.CodeUnavailable, "something that it needs did not answer")
	}
	if own := (*connect.Error)(nil); errors.As(err, &own) && own.Code() == connect.CodeUnimplemented && !own.IsRemote() {
		return own
	}
	p.Log.ErrorContext(ctx, name+" returned an error that its contract does not declare", "error", err)
	return connect.NewError(connect.CodeInternal, failedInside)
}

// The error as the wire tells it; nil where the contract does not declare it for this operation.
func (p *Process) declared(of operation, fields proto.Message) error {
	name := p.nameOf(of, fields)
	each, isKnown := p.contract.Errors[name]
	var code connect.Code
	if !isKnown || code.UnmarshalText([]byte(each.Status)) != nil {
		return nil
	}
	detail, err := connectproto.NewErrorDetail(fields)
	if err != nil {
		return nil
	}
	text := each.Text
	if text == "" {
		text = name
	}
	return connect.NewError(code, text).WithDetail(detail)
}

// The name of a declared error; empty where the contract does not declare it for this operation.
func (p *Process) nameOf(of operation, fields proto.Message) string {
	message := string(fields.ProtoReflect().Descriptor().Name())
	for name, each := range p.contract.Errors {
		if each.Message == message && slices.Contains(of.Errors, name) {
			return name
		}
	}
	return ""
}

// How an operation ended: the name of a declared error, a code of the protocol, or nothing where it did not fail.
func (p *Process) endedAs(of operation, err, told error) string {
	if declared := (*Declared)(nil); errors.As(err, &declared) && p.nameOf(of, declared.Fields) != "" {
		return p.nameOf(of, declared.Fields)
	}
	if told == nil {
		return ""
	}
	return connect.CodeOf(told).String()
}

// Holds requests and answers to their contract.
type checkedStream struct {
	connect.ServerStream
	contract *contract
}

func (s *checkedStream) Receive(message any) error {
	if err := s.ServerStream.Receive(message); err != nil {
		var known *connect.Error
		if errors.As(err, &known) && !errors.Is(err, context.DeadlineExceeded) {
			return &refusal{known}
		}
		return err
	}
	if problems := s.contract.problems(message.(proto.Message)); len(problems) > 0 {
		return &refusal{connect.NewError(connect.CodeInvalidArgument, strings.Join(problems, "; "))}
	}
	return nil
}

func (s *checkedStream) Send(message any) error {
	if problems := s.contract.problems(message.(proto.Message)); len(problems) > 0 {
		return fmt.Errorf("the answer is none that the contract allows: %s", strings.Join(problems, "; "))
	}
	return s.ServerStream.Send(message)
}

// A panic, as an error with the stack of where it was.
type panicked struct {
	thrown any
	stack  string
}

func (p *panicked) Error() string { return fmt.Sprint(p.thrown) }
