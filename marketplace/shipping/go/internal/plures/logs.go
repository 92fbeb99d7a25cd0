package plures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
)

const timeFormat = "2006-01-02T15:04:05.000-07:00"

var levelNames = map[slog.Level]string{slog.LevelDebug: "debug", slog.LevelInfo: "info", slog.LevelWarn: "warning", slog.LevelError: "error"}

// A logger whose lines are as those of all processes: JSON objects, or text where PLURES_LOG_FORMAT says so.
func newLog(to io.Writer, capability string) *slog.Logger {
	level := slog.LevelInfo
	for each, name := range levelNames {
		if name == os.Getenv("PLURES_LOG_LEVEL") {
			level = each
		}
	}
	if os.Getenv("PLURES_LOG_FORMAT") == "text" {
		return slog.New(&textLines{to: to, level: level, logger: capability})
	}
	base := slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level, ReplaceAttr: spelled}).WithAttrs(named(capability))
	return slog.New(&jsonLines{base: base})
}

func named(capability string) []slog.Attr {
	attributes := []slog.Attr{slog.String("logger", capability), slog.String("capability", capability)}
	if process := os.Getenv("PLURES_PROCESS"); process != "" {
		attributes = append(attributes, slog.String("process", process))
	}
	return attributes
}

func spelled(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return attribute
	}
	switch attribute.Key {
	case slog.TimeKey:
		return slog.String("time", attribute.Value.Time().Format(timeFormat))
	case slog.LevelKey:
		return slog.String("level", levelName(attribute.Value.Any().(slog.Level)))
	case slog.MessageKey:
		return slog.Attr{Key: "message", Value: attribute.Value}
	}
	return attribute
}

func levelName(level slog.Level) string {
	if name, known := levelNames[level]; known {
		return name
	}
	return strings.ToLower(level.String())
}

// Puts the request and the error of a record where they stand in the lines of other processes, and all else under "extra".
type jsonLines struct {
	base slog.Handler
	more []func(slog.Handler) slog.Handler
}

func (l *jsonLines) Enabled(ctx context.Context, level slog.Level) bool {
	return l.base.Enabled(ctx, level)
}

func (l *jsonLines) WithAttrs(attributes []slog.Attr) slog.Handler {
	return l.with(func(to slog.Handler) slog.Handler { return to.WithAttrs(attributes) })
}

func (l *jsonLines) WithGroup(name string) slog.Handler {
	return l.with(func(to slog.Handler) slog.Handler { return to.WithGroup(name) })
}

func (l *jsonLines) with(step func(slog.Handler) slog.Handler) slog.Handler {
	return &jsonLines{l.base, append(l.more[:len(l.more):len(l.more)], step)}
}

func (l *jsonLines) Handle(ctx context.Context, record slog.Record) error {
	to := l.base
	if id := RequestID(ctx); id != "" {
		to = to.WithAttrs([]slog.Attr{slog.String("request_id", id)})
	}
	if within := callOf(ctx).trace; within.id != "" {
		to = to.WithAttrs([]slog.Attr{slog.String("trace_id", within.id), slog.String("span_id", within.span)})
	}
	rest, err := withoutError(record)
	if err != nil {
		to = to.WithAttrs([]slog.Attr{slog.Group("exception", "type", kindOf(err), "message", err.Error(), "stack", stackOf(err))})
	}
	to = to.WithGroup("extra")
	for _, step := range l.more {
		to = step(to)
	}
	return to.Handle(ctx, rest)
}

// The record without the error that it tells, which is an attribute named "error" or "err".
func withoutError(record slog.Record) (slog.Record, error) {
	var told error
	rest := slog.NewRecord(record.Time, record.Level, record.Message, record.PC)
	record.Attrs(func(attribute slog.Attr) bool {
		if err, isError := attribute.Value.Any().(error); isError && told == nil && (attribute.Key == "error" || attribute.Key == "err") {
			told = err
		} else {
			rest.AddAttrs(attribute)
		}
		return true
	})
	return rest, told
}

func kindOf(err error) string {
	if thrown := (*panicked)(nil); errors.As(err, &thrown) {
		return "panic"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", err), "*")
}

func stackOf(err error) string {
	if thrown := (*panicked)(nil); errors.As(err, &thrown) {
		return thrown.stack
	}
	return ""
}
