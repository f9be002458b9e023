import Llama2
