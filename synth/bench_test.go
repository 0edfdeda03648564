package synth_test

import (
	"testing"

	"jingwei/synth"
)

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if len(generate(synth.Options{Seed: 1, Scale: 1}).Cells) != 62_854 {
			b.Fatal("not the full size")
		}
	}
}
