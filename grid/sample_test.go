package grid_test

import (
	"testing"

	"jingwei/grid"

	"github.com/google/uuid"
)

// About one in twenty is in the sample, of ids of either random kind.
func TestSampled(t *testing.T) {
	const n = 40_000
	for name, next := range map[string]func() (uuid.UUID, error){"version 7": uuid.NewV7, "version 4": uuid.NewRandom} {
		sampled := 0
		for range n {
			id, err := next()
			if err != nil {
				t.Fatal(err)
			}
			if (grid.Report{ID: id}).Sampled() {
				sampled++
			}
		}
		if share := float64(sampled) / n; share < 0.045 || share > 0.057 { // 5 σ
			t.Errorf("%s: a share of %v", name, share)
		}
	}
}
