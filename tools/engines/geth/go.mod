module assay.example/engines/geth

go 1.24.0

require github.com/ethereum/go-ethereum v1.16.9
