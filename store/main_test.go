package store_test

import (
	"testing"

	"jingwei/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
