// Command server fulfils the contract of the depot, with what `plures new service` gives to a service in Go.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"google.golang.org/protobuf/proto"

	depotv1 "depot/gen/interop/depot/v1"
	"depot/gen/interop/depot/v1/depotv1connect"
	"depot/internal/plures"
)

const limitG = 1000

func main() {
	contract, err := os.ReadFile(os.Getenv("CONTRACT"))
	if err != nil {
		panic(err)
	}
	process := plures.NewProcess(contract)
	depotv1connect.RegisterDepotHandler(process.Server, &depot{depotv1connect.NewDepotClient(process.Peer("further"))})
	plures.Handle(process, "Note", func(ctx context.Context, event *depotv1.Square, of plures.Envelope) error {
		process.Log.InfoContext(ctx, "noted", "side_mm", event.SideMm, "event", of.ID, "key", of.PartitionKey)
		return checkWeight(event.SideMm)
	})
	process.Run()
}

type depot struct {
	further depotv1connect.DepotClient
}

func (*depot) Mirror(_ context.Context, asked *depotv1.MirrorRequest) (*depotv1.Parcel, error) {
	return asked.Parcel, nil
}

func (*depot) Spell(_ context.Context, asked *depotv1.SpellRequest) (*depotv1.SpellResponse, error) {
	parcel := asked.Parcel
	shape := "circle"
	if parcel.Shape.GetSquare() != nil {
		shape = "square"
	}
	return &depotv1.SpellResponse{Value: fmt.Sprintf("%d %s %s %s", parcel.Wide, parcel.Price, shape, parcel.GetNote())}, nil
}

func (*depot) Turn(_ context.Context, asked *depotv1.TurnRequest) (*depotv1.TurnResponse, error) {
	turned := &depotv1.TurnResponse_ValueUnion{}
	if circle := asked.Shape.GetCircle(); circle != nil {
		turned.Value = &depotv1.TurnResponse_ValueUnion_Square{Square: &depotv1.Square{SideMm: int64(circle.Radius)}}
	} else {
		side := float64(asked.Shape.GetSquare().SideMm)
		turned.Value = &depotv1.TurnResponse_ValueUnion_Circle{Circle: &depotv1.Circle{Radius: side}}
	}
	return &depotv1.TurnResponse{Value: turned}, nil
}

// A label asks the next depot, which tells what has travelled with the call.
func (d *depot) NextId(ctx context.Context, asked *depotv1.NextIdRequest) (*depotv1.NextIdResponse, error) {
	if asked.GetLabel() == "further" {
		return d.further.NextId(ctx, &depotv1.NextIdRequest{LastId: asked.LastId})
	}
	step := int64(1)
	if asked.Step != nil {
		step = *asked.Step
	}
	return &depotv1.NextIdResponse{Value: asked.LastId + step + int64(len(asked.GetLabel()))}, nil
}

func (*depot) Lift(_ context.Context, asked *depotv1.LiftRequest) (*depotv1.LiftResponse, error) {
	switch asked.WeightG {
	case -1:
		panic("the crane is broken")
	case -2:
		return nil, fmt.Errorf("the password of the crane is %s", "hunter2")
	}
	return &depotv1.LiftResponse{}, checkWeight(asked.WeightG)
}

func (*depot) Wait(ctx context.Context, asked *depotv1.WaitRequest) (*depotv1.WaitResponse, error) {
	return &depotv1.WaitResponse{}, rest(ctx, asked.HoldS)
}

func (*depot) Hurry(ctx context.Context, asked *depotv1.HurryRequest) (*depotv1.HurryResponse, error) {
	return &depotv1.HurryResponse{}, rest(ctx, asked.HoldS)
}

func (*depot) Unload(_ context.Context, asked *depotv1.UnloadRequest, to depotv1connect.DepotUnloadServerStream) error {
	for number := asked.First; number < asked.First+asked.Count; number++ {
		if err := checkWeight(number); err != nil {
			return err
		}
		if err := to.Send(&depotv1.Square{SideMm: number}); err != nil {
			return err
		}
	}
	return nil
}

func checkWeight(weightG int64) error {
	if weightG <= limitG {
		return nil
	}
	return plures.Refuse(&depotv1.TooHeavy{WeightG: weightG, LimitG: limitG, Advice: proto.String("use a crane")})
}

func rest(ctx context.Context, holdS float64) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(holdS * float64(time.Second))):
		return nil
	}
}
