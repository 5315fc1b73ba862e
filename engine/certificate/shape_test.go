package certificate_test

import (
	"errors"
	"testing"

	"gongyuan/engine/certificate"
)

func TestShapeOf(t *testing.T) {
	t.Parallel()
	for number, want := range map[certificate.Number]certificate.Shape{
		"S000061000001253000001": certificate.LevelShape, "YS00061000001251000001": certificate.MasterShape, "1234567890123456": certificate.FormerShape,
	} {
		if got, err := number.ShapeOf(); err != nil || got != want {
			t.Errorf("%s: %s %v, want %s", number, got, err, want)
		}
	}
	for number, want := range map[certificate.Number]int{
		"": 0, "12": 0, "123456789012345": 0, "X000061000001253000001": 1, "S000099000001253000001": 6, "S000061000001259000001": 16, "XY00061000001251000001": 1, "YS0006100000125100000x": 22,
		"S000061000001253000000": 17,
	} {
		var wrong *certificate.NumberError
		if _, err := number.ShapeOf(); !errors.As(err, &wrong) || wrong.Position != want {
			t.Errorf("%s: %v, want position %d", number, err, want)
		}
	}
}
